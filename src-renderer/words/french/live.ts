import { numberWriter } from '../numbers.ts';
import type { Words } from '../words.ts';

const write = numberWriter('fr');

export const live: Words['live'] = {
  results: {
    bone: 'OS',
    'no-bone': 'PAS D’OS',
    'ai-off': 'IA ÉTEINTE',
    'ai-failed': 'ÉCHEC DE L’IA',
    'frame-skipped': 'IMAGE SAUTÉE',
    'no-mask': 'SANS MASQUE',
  },
  resultTexts: {
    bone: 'Os délimité sur cette image',
    'no-bone': 'Aucun os trouvé sur cette image',
    'ai-off': 'Le modèle est arrêté',
    'ai-failed': 'Le modèle n’a rendu aucun résultat',
    'frame-skipped': 'Le modèle a sauté cette image',
    'no-mask': 'Pas de résultat à temps : image brute',
  },
  resultTitle: 'Résultat de cette image',
  score: (score) => `score de ${write.fixed(score, 2)}`,
  maskHidden: 'MASQUE CACHÉ',
  stage: 'Image',
  panel: 'À côté de l’image',
  connections: 'Connexions',

  scale: {
    title: 'Échelle',
    known: (mmPerPixel) => `${write.spacing(mmPerPixel)} mm par pixel`,
    assumed: (mmPerPixel, origin) =>
      `échelle supposée : ${write.spacing(mmPerPixel)} mm par pixel (${origin === 'user' ? 'saisie' : 'estimée'})`,
  },

  mask: {
    title: 'Masque',
    show: 'Afficher',
    hide: 'Cacher',
    opacity: 'Opacité du masque',
    percent: (opacity) => `${Math.round(opacity * 100)} %`,
  },

  figures: {
    title: 'Mesures',
    lastKnown: 'dernières valeurs connues, pas actuelles',
    fpsIn: 'Reçues',
    fpsOut: 'Masques',
    painted: 'Affichées',
    perSecond: '/s',
    latency: 'Latence',
    p50: 'p50',
    p95: 'p95',
    milliseconds: 'ms',
    drops: 'Abandonnées',
    queue: { rt: 'RT', gpu: 'GPU', out: 'Out' },
    dropReasons: {
      full: 'file pleine',
      outdated: 'trop anciennes',
      'inference-down': 'inférence arrêtée',
      'source-changed': 'source changée',
      'ai-off': 'IA éteinte',
    },
    coalesced: 'Regroupées',
    coalescedLong: 'Images non affichées car une plus récente était prête. Ce n’est pas une perte.',
    upstreamLost: 'Perdues en amont',
    upstreamUnknown: 'non numérotées',
    display: 'Affichage',
    renderers: { webgl: 'WebGL', '2d': '2-D' },
    rendererReasons: {
      chosen: 'comme réglé',
      hardware: 'carte graphique',
      software: 'sans carte graphique',
      unavailable: 'WebGL indisponible',
      lost: 'WebGL perdu',
    },
  },
};

export const liveActions: Pick<Words['actions'], keyof typeof import('../english/live.ts').liveActions> = {
  'mask.toggle': 'Masque affiché ou non',
  'panel.toggle': 'Panneau à côté de l’image ou non',
};
