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
  framedOnly: 'Os encadré sur cette image, non délimité',
  boxes: (scores) =>
    `${scores.length === 1 ? '1 cadre' : `${scores.length} cadres`} : ${scores.map((score) => write.fixed(score, 2)).join(' ; ')}`,
  smoothed: (frames) => `MASQUE SUR ${frames} IMAGES`,
  resultTitle: 'Résultat de cette image',
  score: (score) => `score de ${write.fixed(score, 2)}`,
  maskHidden: 'MASQUE CACHÉ',
  stage: 'Image',
  panel: 'À côté de l’image',
  connections: 'Connexions',

  scale: {
    title: 'Échelle',
    assumedShort: 'ÉCHELLE SUPPOSÉE',
    known: (mmPerPixel) => `${write.spacing(mmPerPixel)} mm par pixel`,
    assumed: (mmPerPixel, origin) =>
      `échelle supposée : ${write.spacing(mmPerPixel)} mm par pixel (${origin === 'user' ? 'saisie' : 'estimée'})`,
  },

  mask: {
    title: 'Masque',
    show: 'Afficher',
    hide: 'Cacher',
    opacity: 'Opacité du masque',
    boxes: 'Cadres',
    shapes: { fill: 'Plein', outline: 'Contour', surface: 'Crête' },
    colour: 'Couleur du masque',
    colours: { blue: 'Bleu', yellow: 'Jaune', green: 'Vert', purple: 'Violet' },
    percent: (opacity) => `${Math.round(opacity * 100)} %`,
  },

  controls: {
    title: 'Réglage de l’image',
    freeze: 'Geler',
    screenshot: 'Photo',
    distance: 'Mesurer',
    clear: 'Ôter',
    split: 'Double',
    zoom: 'Loupe',
    whole: 'Entière',
  },
  split: { raw: 'BRUTE', overlay: 'AVEC MASQUE' },
  ruler: (depthMm) => (depthMm === 0 ? '0' : `${depthMm} mm`),
  measure: {
    byKeyboard:
      'Image, mesure : Entrée commence, les flèches déplacent l’extrémité, avec Maj de dix pixels ; Entrée la pose, Échap y renonce',
    length: (mm, origin) => `${write.fixed(mm, 1)} mm${origin === 'source' ? '' : ' (échelle supposée)'}`,
  },
  turned: (turn) => {
    const parts = [
      turn['view.quarterTurns'] === 0 ? null : `TOURNÉE ${90 * turn['view.quarterTurns']}°`,
      turn['view.flipHorizontal'] ? 'MIROIR ↔' : null,
      turn['view.flipVertical'] ? 'MIROIR ↕' : null,
    ].filter((part) => part !== null);
    return parts.length === 0 ? null : parts.join(' ');
  },
  cine: {
    title: 'Image gelée',
    onlyHere: 'GEL : cet écran seulement.',
    slicerGoesOn: 'L’échographe, les masques vers Slicer et un enregistrement continuent.',
    engineGoesOn: 'La source continue. Les masques de cette source ne sont pas publiés vers Slicer.',
    back: 'Préc.',
    forward: 'Suiv.',
    play: 'Lire',
    pause: 'Arrêter',
    goOn: 'Retour au direct',
    position: 'Place dans les dernières secondes',
    place: (number, count) => `${number} / ${count}`,
    before: (ms) => `−${write.fixed(ms / 1000, 2)} s`,
    time: (time) => `${time.toLocaleTimeString('fr-FR')},${String(time.getMilliseconds()).padStart(3, '0')}`,
    noTime: 'sans heure de la source',
    shortened: (ms) => `La mémoire ne garde que les ${write.seconds(ms)} dernières de cette image.`,
  },
  screenshot: {
    notices: { saved: 'Capture enregistrée', 'no-picture': 'Aucune image à capturer' },
    times: (source, taken) => `Image ${source ?? 'sans heure de la source'} · capture ${taken}`,
    source: (address, device, frame) => `Source ${address}${device === null ? '' : ` · ${device}`} · image ${frame}`,
    model: (model, result, hidden) => `IA ${model} · ${result}${hidden === null ? '' : ` · ${hidden}`}`,
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
  'picture.freeze': 'Geler l’image, ou continuer',
  'mask.toggle': 'Masque affiché ou non',
  'picture.screenshot': 'Enregistrer l’image avec ses données en PNG',
  'cine.back': 'Une image en arrière',
  'cine.forward': 'Une image en avant',
  'cine.first': 'À l’image la plus ancienne',
  'cine.last': 'À la dernière image avant le gel',
  'cine.play': 'Lire ou arrêter les dernières secondes',
  'mask.boxes': 'Cadres du détecteur ou non',
  'mask.shape': 'Masque plein, contour ou crête',
  'picture.flipHorizontal': 'Miroir gauche-droite',
  'picture.flipVertical': 'Miroir haut-bas',
  'picture.rotate': 'Tourner de 90° à droite',
  'picture.zoomIn': 'Agrandir',
  'picture.zoomOut': 'Réduire',
  'picture.zoomReset': 'Afficher l’image entière',
  'picture.split': 'Image brute à côté de celle avec masque',
  'measure.distance': 'Mesurer une distance en glissant, ou avec Entrée et les flèches',
  'measure.clear': 'Effacer toutes les distances',
  'panel.toggle': 'Panneau à côté de l’image ou non',
};
