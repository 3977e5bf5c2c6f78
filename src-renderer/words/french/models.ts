import { numberWriter } from '../numbers.ts';
import type { Words } from '../words.ts';

const write = numberWriter('fr');

const kinds: Readonly<Record<string, string>> = {
  'bone-tracer': 'délimite, par formules',
  segmenter: 'délimite, en une étape',
  dfine: 'cadres seuls, sans contour',
  'dfine+sam': 'cadres, puis contours (deux étapes)',
};

export const roles: Readonly<Record<string, string>> = {
  detector: 'Détecteur',
  encoder: 'Encodeur',
  decoder: 'Décodeur',
  segmenter: 'Segmenteur',
  likelihood: 'Vraisemblance',
};

export const outcomes: Words['models']['providers']['outcomes'] = {
  running: 'tourne',
  refused: 'refusé par ONNX Runtime',
  excluded: 'connu pour se tromper avec ce modèle',
  crashed: 'a mis fin au processus pendant l’essai',
  failed: 'un calcul a échoué',
  wrong: 'd’autres résultats que le processeur',
  software: 'aucun processeur graphique derrière',
  slower: 'plus lent que le processeur',
};

const megabytes = (bytes: number): string =>
  bytes < 2 ** 20 ? `${write.fixed(bytes / 2 ** 10, 0)} ko` : `${write.fixed(bytes / 2 ** 20, 1)} Mo`;

export const models: Words['models'] = {
  title: 'Modèles',
  states: {
    running: 'en service',
    loading: 'en cours de chargement …',
    failed: 'en échec',
    off: 'choisi, arrêté',
  },
  use: 'Utiliser',
  useNamed: (title) => `Utiliser ${title}`,
  facts: ({ kind, labels, licence, bytes, origin }) =>
    [
      kind === null ? null : (kinds[kind] ?? kind),
      labels.length === 0 ? null : `trouve ${labels.join(', ')}`,
      bytes === null ? null : megabytes(bytes),
      origin === 'shipped' ? 'livré' : 'ajouté par vous',
      licence === null ? null : `licence : ${licence}`,
    ]
      .filter((part) => part !== null)
      .join(' · '),
  broken: (problem) => `Inutilisable : ${problem}`,
  whole: 'Ses fichiers sont ceux que nomme son manifeste.',
  check: 'Vérifier les fichiers',
  checking: 'Vérification …',
  addMore: 'D’autres modèles : « npx ultramotion models add DOSSIER ».',
  loadingNext: (id) => `chargement de ${id}`,
  choose: 'Choisir le modèle',
  providers: {
    title: 'Ce qui fait tourner le modèle',
    order: (order) =>
      `Essayés dans cet ordre : ${order.map((name) => (name === 'auto' ? 'automatique (CUDA, DML, COREML, WEBGPU, CPU)' : name.toUpperCase())).join(', ')}.`,
    running: ({ role, running, warmupMs, share, fellBack }) =>
      [
        `${roles[role] ?? role} : ${running.toUpperCase()}${fellBack ? ', pas celui demandé' : ''}`,
        `prêt en ${write.seconds(warmupMs)}`,
        share === null ? null : `${Math.round(share * 100)} % du graphe`,
      ]
        .filter((part) => part !== null)
        .join(' · '),
    columns: ['Essayé', 'Ce qui en est advenu', 'ms par calcul'],
    outcomes,
  },
};
