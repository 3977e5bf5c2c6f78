import { numberWriter } from '../numbers.ts';
import type { Words } from '../words.ts';
import { state } from './state.ts';

const write = numberWriter('fr');

export const shell: Words['shell'] = {
  product: 'Console Ultramotion',
  researchUseOnly: 'RECHERCHE UNIQUEMENT',
  notForDiagnosis: 'Pas pour le diagnostic',
  none: '–',
  number: write.fixed,
  views: {
    live: 'Direct',
    space: '3D',
    performance: 'Performances',
    recordings: 'Enregistrements',
    alerts: 'Alertes',
    settings: 'Réglages',
  },
  viewsLabel: 'Vues',
  loadingView: 'Chargement …',
  viewFailed: 'Cette vue n’a pas pu être chargée. Rechargez la page.',

  source: {
    title: 'Entrée',
    label: 'Adresse de la source',
    placeholder: 'igtl://HÔTE:PORT, un enregistrement, phantom',
    links: { disconnected: 'Déconnecté', connecting: 'Connexion', connected: 'Connecté', failed: 'Échec' },
    facts: (device, size) =>
      [device, size === null ? null : `${size[0]} × ${size[1]}`].filter((part) => part !== null).join(' '),
  },
  publisher: {
    title: 'Vers Slicer',
    label: 'Adresse où les masques sont publiés',
    placeholder: 'igtl-server://HÔTE:PORT',
    links: {
      disconnected: 'Déconnecté',
      connecting: 'Connexion',
      listening: 'En attente de Slicer',
      connected: 'Connecté',
      failed: 'Échec',
    },
    notPublished: (kind) => (kind === null ? 'Non publié' : `Non publié : ${state.kinds[kind].word.toLowerCase()}`),
    facts: (device, clients) =>
      clients === 0 ? device : `${device} vers ${clients === 1 ? '1 client' : `${clients} clients`}`,
    clientsTitle: 'Clients Slicer',
    clientFacts: (version, sent, dropped) => `v${version}  ${sent} envoyés  ${dropped} perdus`,
  },
  connect: 'Connecter',
  disconnect: 'Déconnecter',
  addressMissing: 'Saisissez d’abord une adresse.',
  session: { as: (who) => `Connecté avec ${who}`, signOut: 'Se déconnecter' },
  refusals: {
    'engine-lost': () => state.veils['ENGINE LOST'].text,
    'no-answer': (ms) => `Le moteur n’a pas répondu en ${write.seconds(ms)}.`,
    'answer-lost': () => 'Le moteur a disparu avant de répondre.',
  },

  ai: {
    title: 'IA',
    links: { off: 'Éteinte', starting: 'Démarrage', ready: 'Prête', restarting: 'Redémarrage', failed: 'Échec' },
    milliseconds: (ms) => `${write.fixed(ms, ms < 10 ? 1 : 0)} ms`,
    restarts: (count) => (count === 1 ? '1 redémarrage' : `${count} redémarrages`),
    fellBack: 'pas celui demandé',
  },

  latency: {
    title: 'Latence depuis la réception, ms',
    stage: 'Étape',
    percentiles: ['p50', 'p95', 'p99'],
    stages: {
      queue: 'File',
      preprocess: 'Préparation',
      wait: 'Modèle occupé',
      run: 'Calcul du modèle',
      postprocess: 'Masque',
      send: 'Envoi',
    },
    total: 'De la réception à l’envoi',
    explained: 'Dernière seconde. Les délais de l’échographe et de cet écran n’y sont pas.',
  },

  help: {
    title: 'Touches',
    explained:
      'Les touches agissent aussitôt. Gel, masque et photo agissent dans chaque vue par une touche : faits pour une pédale.',
    close: 'Fermer',
    everywhere: 'Partout',
  },
  keyNames: {
    ' ': 'Espace',
    arrowleft: '←',
    arrowright: '→',
    arrowup: '↑',
    arrowdown: '↓',
    escape: 'Échap',
    delete: 'Suppr',
    home: 'Début',
    end: 'Fin',
  },
};

export const shellActions: Pick<Words['actions'], keyof typeof import('../english/shell.ts').shellActions> = {
  'view.live': 'Afficher l’image en direct',
  'view.space': 'Afficher la vue 3D',
  'view.performance': 'Afficher les performances',
  'view.recordings': 'Afficher les enregistrements',
  'view.alerts': 'Afficher les alertes',
  'view.settings': 'Afficher les réglages',
  'shell.help': 'Afficher ou masquer la liste des touches',
  'shell.latency': 'Afficher ou masquer la durée de chaque étape',
  'model.list': 'Modèles : en choisir un autre',
  'shell.fullScreen': 'Plein écran ou non',
  'shell.largeType': 'Grands caractères ou non',
  'shell.theme': 'Sombre ou clair',
};
