import type { Weighted } from './draw';

type Some<T> = readonly [T, ...T[]];

/** Where the people of a sample live, and what they and their companies are called there. */
export interface Place {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly locale: 'pt-BR' | 'en';
  readonly zones: Some<Weighted<string>>;
  readonly firstNames: Some<string>;
  readonly surnames: Some<string>;
  readonly companies: Some<string>;
}

const BRAZIL: Place = {
  country: 'BR',
  locale: 'pt-BR',
  zones: [
    { weight: 60, value: 'America/Sao_Paulo' },
    { weight: 12, value: 'America/Bahia' },
    { weight: 12, value: 'America/Fortaleza' },
    { weight: 8, value: 'America/Recife' },
    { weight: 5, value: 'America/Manaus' },
    { weight: 3, value: 'America/Cuiaba' },
  ],
  firstNames: [
    'Ana Clara',
    'André',
    'Beatriz',
    'Bruno',
    'Camila',
    'Cícero',
    'Débora',
    'Diego',
    'Eduarda',
    'Fábio',
    'Fernanda',
    'Gustavo',
    'Iara',
    'João Pedro',
    'Juliana',
    'Larissa',
    'Luís',
    'Marcelo',
    'Maria Helena',
    'Mateus',
    'Patrícia',
    'Rafael',
    'Rosângela',
    'Sebastião',
    'Tânia',
    'Thiago',
    'Vitória',
    'Wagner',
  ],
  surnames: [
    'Almeida',
    'Andrade',
    'Araújo',
    'Barbosa',
    'Batista',
    'Cardoso',
    'Carvalho',
    'Conceição',
    'Ferreira',
    'Fonseca',
    'Gonçalves',
    'Lima',
    'Magalhães',
    'Moraes',
    'Nascimento',
    'Oliveira',
    'Pereira',
    'Ramos',
    'Ribeiro',
    'Rocha',
    'Sampaio',
    'Santos',
    'Silveira',
    'Souza',
    'Teixeira',
    'Vasconcelos',
  ],
  companies: [
    'Viveiro Serra Verde',
    'Mudas do Vale',
    'Flora Mantiqueira',
    'Sítio Boa Esperança',
    'Horta da Laje',
    'Viveiro Ipê-Amarelo',
    'Agrícola Santa Rita',
    'Jardim do Cerrado',
    'Orquidário Bela Vista',
    'Ervas da Vila',
    'Plantas Caatinga',
    'Paisagismo Aroeira',
  ],
};

const UNITED_STATES: Place = {
  country: 'US',
  locale: 'en',
  zones: [
    { weight: 45, value: 'America/New_York' },
    { weight: 25, value: 'America/Chicago' },
    { weight: 8, value: 'America/Denver' },
    { weight: 22, value: 'America/Los_Angeles' },
  ],
  firstNames: [
    'Amber',
    'Carlos',
    'Denise',
    'Ethan',
    'Grace',
    'Jamal',
    'Karen',
    'Luis',
    'Megan',
    'Noah',
    'Rosa',
    'Tyler',
  ],
  surnames: [
    'Bennett',
    'Carter',
    'Diaz',
    'Foster',
    'Hayes',
    'Jackson',
    'Miller',
    'Nguyen',
    'Reyes',
    'Sullivan',
    'Turner',
    'Walker',
  ],
  companies: ['Blue Ridge Nursery', 'Prairie Starts', 'Rooftop Greens', 'Sunrise Plant Farm', 'Cascade Seedlings'],
};

const UNITED_KINGDOM: Place = {
  country: 'GB',
  locale: 'en',
  zones: [{ weight: 1, value: 'Europe/London' }],
  firstNames: ['Aisha', 'Callum', 'Charlotte', 'Gareth', 'Imogen', 'Oliver', 'Priya', 'Rhys', 'Siobhan', 'Thomas'],
  surnames: [
    'Ahmed',
    'Bailey',
    'Clarke',
    'Davies',
    'Evans',
    'Hughes',
    "O'Neill",
    'Patel',
    'Robertson',
    'Shaw',
    'Wright',
  ],
  companies: ['Old Walled Garden', 'Hackney Herbs', 'Pennine Plants', 'The Potting Shed', 'Severn Vale Nursery'],
};

const POLAND: Place = {
  country: 'PL',
  locale: 'en',
  zones: [{ weight: 1, value: 'Europe/Warsaw' }],
  firstNames: [
    'Agnieszka',
    'Bartosz',
    'Ewa',
    'Grzegorz',
    'Kamil',
    'Łukasz',
    'Magdalena',
    'Małgorzata',
    'Paweł',
    'Zofia',
  ],
  // the same for women and men
  surnames: ['Duda', 'Kowalczyk', 'Lis', 'Mazur', 'Nowak', 'Pawlak', 'Wójcik', 'Wróbel', 'Zając'],
  companies: ['Szkółka Pod Lipami', 'Zielona Grządka', 'Ogród Mazowiecki', 'Sadzonki Wisła'],
};

/** Most of a sample lives in Brazil. */
export const PLACES: Some<Weighted<Place>> = [
  { weight: 62, value: BRAZIL },
  { weight: 16, value: UNITED_STATES },
  { weight: 12, value: UNITED_KINGDOM },
  { weight: 10, value: POLAND },
];
