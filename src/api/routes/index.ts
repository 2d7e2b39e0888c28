import type { Routes } from '../deps';
import { clicks } from './clicks';
import { contacts } from './contacts';
import { events } from './events';
import { formFiles } from './form-files';
import { forms } from './forms';
import { handoffAnswers } from './handoff-answers';
import { health } from './health';
import { inbound } from './inbound';
import { journeys } from './journeys';
import { leads } from './leads';
import { links } from './links';
import { merges } from './merges';
import { pages } from './pages';
import { pauses } from './pauses';
import { preferences } from './preferences';
import { purchases } from './purchases';
import { rights } from './rights';
import { sources } from './sources';
import { story } from './story';
import { tasks } from './tasks';

/** Every resource; a new one adds its file and one line here. */
export const ROUTES: readonly Routes[] = [
  health,
  events,
  leads,
  journeys,
  purchases,
  pauses,
  forms,
  formFiles,
  links,
  clicks,
  pages,
  preferences,
  handoffAnswers,
  contacts,
  story,
  tasks,
  inbound,
  merges,
  sources,
  rights,
];
