/** What stands in sequences/rules/purposes.yaml as it is shipped: the purposes of a company that has no such file. */
export const DEFAULT_PURPOSE_FILE = {
  purposes: {
    transactional: {
      name: { en: 'What you have asked for', 'pt-BR': 'O que você pediu', pl: 'To, o co prosisz' },
      bases: ['contract', 'legitimate_interest'],
    },
    marketing: {
      name: { en: 'Offers and news', 'pt-BR': 'Ofertas e novidades', pl: 'Oferty i nowości' },
      description: {
        en: 'Mails about our offers that you have shown interest in.',
        'pt-BR': 'E-mails sobre as nossas ofertas que interessam a você.',
        pl: 'Wiadomości o naszych ofertach, które Cię interesują.',
      },
      bases: ['consent', 'legitimate_interest'],
      texts: [
        {
          version: '1',
          text: {
            en: 'I want to receive e-mails about your offers. I can stop them at any time by a link in each e-mail.',
            'pt-BR':
              'Quero receber e-mails sobre as ofertas de vocês. Posso cancelar quando quiser, por um link em cada e-mail.',
            pl: 'Chcę otrzymywać e-maile o Waszych ofertach. Mogę z nich zrezygnować w każdej chwili, klikając link w każdej wiadomości.',
          },
        },
      ],
    },
    newsletter: {
      name: { en: 'Newsletter', 'pt-BR': 'Boletim informativo', pl: 'Newsletter' },
      bases: ['consent'],
      texts: [
        {
          version: '1',
          text: {
            en: 'I want to receive the newsletter by e-mail. I can stop it at any time by a link in each issue.',
            'pt-BR': 'Quero receber o boletim por e-mail. Posso cancelar quando quiser, por um link em cada edição.',
            pl: 'Chcę otrzymywać newsletter e-mailem. Mogę z niego zrezygnować w każdej chwili, klikając link w każdym wydaniu.',
          },
        },
      ],
    },
    similar_products: {
      name: {
        en: 'Products like those that you bought',
        'pt-BR': 'Produtos parecidos com os que você comprou',
        pl: 'Produkty podobne do zakupionych',
      },
      description: {
        en: 'For clients: we tell you about similar products of ours until you say no.',
        'pt-BR': 'Para clientes: avisamos sobre produtos nossos parecidos até você dizer que não quer.',
        pl: 'Dla klientów: piszemy o naszych podobnych produktach, dopóki nie powiesz „nie”.',
      },
      bases: ['soft_opt_in', 'consent'],
      texts: [
        {
          version: '1',
          text: {
            en: 'You may write to me about products like those that I bought. I can stop this at any time by a link in each e-mail.',
            'pt-BR':
              'Podem me escrever sobre produtos parecidos com os que comprei. Posso cancelar quando quiser, por um link em cada e-mail.',
            pl: 'Możecie pisać do mnie o produktach podobnych do zakupionych. Mogę z tego zrezygnować w każdej chwili, klikając link w każdej wiadomości.',
          },
        },
      ],
    },
    open_tracking: {
      name: {
        en: 'Seeing that you have opened a mail',
        'pt-BR': 'Saber que você abriu um e-mail',
        pl: 'Sprawdzanie, czy otwarto wiadomość',
      },
      description: {
        en: 'A small picture in our mails tells us when one is opened. Without this there is none.',
        'pt-BR': 'Uma pequena imagem em nossos e-mails nos diz quando um deles é aberto. Sem isso, não há imagem.',
        pl: 'Mały obrazek w naszych wiadomościach mówi nam, kiedy któraś została otwarta. Bez tej zgody go nie ma.',
      },
      bases: ['consent'],
      texts: [
        {
          version: '1',
          text: {
            en: 'You may see when I open your mails. I can stop this at any time.',
            'pt-BR': 'Podem ver quando abro os e-mails de vocês. Posso cancelar quando quiser.',
            pl: 'Możecie widzieć, kiedy otwieram Wasze wiadomości. Mogę z tego zrezygnować w każdej chwili.',
          },
        },
      ],
    },
    profiling: {
      name: {
        en: 'Finding out what interests you',
        'pt-BR': 'Descobrir o que interessa a você',
        pl: 'Ustalanie, co Cię interesuje',
      },
      description: {
        en: 'We note which mails and pages you look at, to judge how much an offer interests you. Without this you are not scored.',
        'pt-BR':
          'Registramos quais e-mails e páginas você vê, para avaliar o quanto uma oferta interessa a você. Sem isso, você não recebe pontuação.',
        pl: 'Zapisujemy, które wiadomości i strony oglądasz, aby ocenić, jak bardzo interesuje Cię oferta. Bez tego nie przyznajemy Ci punktów.',
      },
      bases: ['legitimate_interest', 'consent'],
      texts: [
        {
          version: '1',
          text: {
            en: 'You may use what I look at to judge how much an offer interests me. I can object at any time.',
            'pt-BR':
              'Podem usar o que eu vejo para avaliar o quanto uma oferta me interessa. Posso me opor quando quiser.',
            pl: 'Możecie wykorzystywać to, co oglądam, aby ocenić, jak bardzo interesuje mnie oferta. Mogę się temu sprzeciwić w każdej chwili.',
          },
        },
      ],
    },
  },
} as const;
