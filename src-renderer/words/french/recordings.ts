import { numberWriter } from '../numbers.ts';
import type { Words } from '../words.ts';

const write = numberWriter('fr');
const gigabytes = (bytes: number): string =>
  bytes < 1e9 ? `${write.fixed(bytes / 1e6, 1)} Mo` : `${write.fixed(bytes / 1e9, 2)} Go`;
const frames = (count: number): string => (count < 2 ? `${count} image` : `${count} images`);

export const recordings: Words['recordings'] = {
  start: 'Enregistrer',
  stop: 'Finir l’enregistrement',
  recorder: 'Enregistreur',
  label: 'Nom après la date',
  labelRule: 'Lettres, chiffres, - et _ seulement, 48 au plus, en commençant par une lettre ou un chiffre.',
  progress: (archived, waiting, lost) => `${frames(archived)} écrites, ${waiting} en attente, ${lost} perdues`,
  roomLeft: (minutes) =>
    minutes < 120 ? `De la place pour ${Math.floor(minutes)} min` : `De la place pour ${Math.floor(minutes / 60)} h`,
  unencrypted:
    'Les enregistrements ne sont pas chiffrés. Ils contiennent chaque image telle que reçue, avec ce qui y est incrusté.',
  folder: 'Sur le disque du moteur, dans',
  none: 'Pas encore d’enregistrement.',
  running: 'en cours d’enregistrement',
  states: {
    recording: 'interrompu, pas encore récupéré',
    complete: 'complet',
    recovered: 'récupéré',
    broken: 'illisible',
  },
  facts: ({ startedUtc, durationS, frames: count, masks, lost, missing, sourceKind, bytes, endReason }) =>
    [
      startedUtc === null ? null : write.moment(new Date(startedUtc)),
      write.clock(durationS * 1000),
      frames(count),
      `${masks.valid} avec un résultat de masque`,
      `${lost} perdues`,
      missing === null ? 'non numérotées par la source' : `${missing} manquantes avant nous`,
      sourceKind,
      gigabytes(bytes),
      endReason,
    ]
      .filter((part) => part !== null)
      .join(' · '),
  play: 'Jouer',
  playing: 'Lecture en cours. Voir l’image en direct.',
  verify: 'Vérifier',
  whole: (count) => `Entier : ${frames(count)}.`,
  faults: (faults) => `Incomplet : ${faults}`,
  recover: 'Récupérer',
  recovered: (count, repairs) => `Récupéré : ${frames(count)}, ${repairs} réparation${repairs < 2 ? '' : 's'}.`,
  exportAs: (format) => `Exporter .${format}`,
  exported: (files) => `Écrit : ${files.join(', ')}`,
  cancel: 'Annuler',
  working: 'En cours …',
  delete: 'Supprimer',
  deleteSure: 'Le supprimer du disque',
  deleteNot: 'Garder',
  replay: 'Lecture d’un enregistrement',
  speed: 'Vitesse',
  times: (speed) => `× ${speed}`,
  everyFrame: 'Chaque image, aussi longtemps qu’il faut',
  loop: 'Recommencer à la fin',
};

export const recordingActions: Pick<
  Words['actions'],
  keyof typeof import('../english/recordings.ts').recordingActions
> = {
  'recording.toggle': 'Enregistrer, ou finir l’enregistrement',
};
