import { fr } from 'zod/locales';
import { numberWriter } from '../numbers.ts';
import type { Words } from '../words.ts';
import { settingTitles } from './setting-titles.ts';

const write = numberWriter('fr');

export const settings: Words['settings'] = {
  groups: {
    source: 'Source',
    publish: 'Vers Slicer',
    model: 'Modèle',
    mask: 'Qualité du masque',
    queues: 'Files d’attente',
    recording: 'Enregistrement',
    space: 'Surface 3D',
    view: 'Affichage',
    http: 'Accès du navigateur et de l’API',
    log: 'Journaux',
    kpi: 'Échantillons KPI',
    gpu: 'GPU',
    alerts: 'Alertes',
  },
  choices: {
    auto: 'automatique',
    dark: 'sombre',
    light: 'clair',
    en: 'English',
    fr: 'Français',
    normal: 'normal',
    perf: 'performance (avertissements et au-delà)',
    webgl: 'WebGL',
    '2d': '2D',
    fill: 'plein',
    outline: 'contour',
    surface: 'ligne de surface',
    image: 'matrice de l’image',
    pose: 'pose (transformation)',
    blue: 'bleu',
    yellow: 'jaune',
    green: 'vert',
    purple: 'violet',
  },
  titleOf: (key) => settingTitles[key],
  search: 'Chercher',
  nothingFound: (search) => `Aucun réglage ne contient « ${search} ».`,
  notChanged: (why) => `Rien n’a changé : ${why}`,
  empty: 'vide',
  defaultIs: (value) => `par défaut ${value}`,
  toDefault: 'Par défaut',
  actsNow: 'agit aussitôt',
  actsAfterRestart: 'agit après un redémarrage',
  overriddenBy: {
    environment: 'fixé par une variable d’environnement, avant le fichier de réglages',
    'command-line': 'fixé sur la ligne de commande, avant le fichier de réglages',
  },
  waitsForRestart: 'modifié, attend un redémarrage',
  waiting: (count) =>
    count === 1
      ? 'Un réglage modifié agira après un redémarrage du moteur.'
      : `${count} réglages modifiés agiront après un redémarrage du moteur.`,
  between: (low, high, isLowOpen, isHighOpen) =>
    `${isLowOpen ? 'plus de ' : ''}${low} à ${isHighOpen ? 'moins de ' : ''}${high}`,
  atLeast: (low) => `au moins ${low}`,
  atMost: (high) => `au plus ${high}`,
  schemaErrors: fr().localeError,
  refusals: {
    number: 'Non enregistré : un nombre est attendu.',
    whole: 'Non enregistré : un nombre entier est attendu.',
    pair: 'Non enregistré : deux nombres sont attendus, en colonnes et en lignes.',
    json: 'Non enregistré : ce n’est pas du JSON.',
    empty: 'Non enregistré : ce champ ne peut être vide.',
    range: (range) => `Non enregistré : attendu ${range}.`,
    schema: (text) => `Non enregistré : ${text}`,
  },
  test: {
    source: 'Essayer la source',
    publisher: 'Essayer la connexion à Slicer',
    running: 'Essai en cours …',
    failed: (message) => `Échec : ${message}`,
    frame: (device, [columns, rows], ms) =>
      `Réussi : une image de ${columns} × ${rows} de ${device} après ${write.seconds(ms)}.`,
    found: {
      listener: 'Réussi : quelqu’un écoute là.',
      'free-port': 'Réussi : le port est libre, Slicer peut s’y connecter.',
      ours: 'Réussi : nous y écoutons déjà.',
    },
  },
  file: {
    export: 'Exporter',
    import: 'Importer',
    reset: 'Tout réinitialiser',
    resetSure: 'Remettre tout aux valeurs par défaut',
    resetNot: 'Garder',
    applied: (count) =>
      count === 0 ? 'Rien à changer.' : count === 1 ? 'Un réglage repris.' : `${count} réglages repris.`,
    notOurs: (name) => `${name} n’est pas un fichier de réglages de cette console.`,
    refused: (reason) => `Rien n’a été repris : ${reason}`,
  },
};
