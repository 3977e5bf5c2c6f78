import { numberWriter } from '../numbers.ts';
import type { Words } from '../words.ts';

const write = numberWriter('fr');

export const space: Words['space'] = {
  stage: 'Surface osseuse et image dans l’espace',
  panel: 'À propos de la surface',
  noWebgl: 'La vue 3D a besoin de WebGL, que ce navigateur ou cette carte graphique ne donne pas.',
  points: 'Nombre de points',
  framesUsed: 'Images avec os utilisées',
  skipped: {
    'no-pose': 'Images sans pose',
    'invalid-pose': 'Images à pose non valable',
    'invalid-image': 'Images à matrice non valable',
    undecided: 'Images avant tout mouvement',
  },
  reference: 'Repère',
  referenceName: (name, coordinates) =>
    `${name === '' ? 'sans nom' : name}, RAS${coordinates === 'LPS' ? ' (source : LPS)' : ''}`,
  placements: {
    image: 'Placée par la matrice de l’image, qui contient la pose.',
    'pose-pixel': 'Placée par la pose, qui part des pixels.',
    'pose-calibrated': 'Placée par la pose et la matrice de l’image sur la sonde.',
    'pose-uncalibrated': 'Placée par la pose et la taille du pixel. La place de l’image sur la sonde est inconnue.',
  },
  notPlaced: 'Aucune image n’a pu être placée : il faut une source à sonde suivie, en mouvement.',
  thinned: (gridMm) => `Un point par cube de ${write.fixed(gridMm, 1)} mm.`,
  full: (points) => `PLEIN : ${points} points. L’os nouveau n’est pas ajouté. Effacez pour recommencer.`,
  colours: { depth: 'Couleur : profondeur sous la sonde', age: 'Couleur : temps depuis le premier point' },
  colourValue: {
    depth: (mm) => `${write.fixed(mm, 1)} mm`,
    age: (seconds) => write.seconds(1000 * seconds),
  },
  millimetres: (mm) => `${write.fixed(mm, mm < 1 ? 2 : 0)} mm`,
  exported: (points) => `${points} points enregistrés.`,
  sent: (points, clients) => `${points} points envoyés à ${clients === 1 ? '1 client' : `${clients} clients`}.`,
  cleared: 'Tous les points sont effacés.',
  refused: (reason) => `Non fait : ${reason}`,
  howToMove: 'Glisser pour tourner, molette pour agrandir, bouton droit pour déplacer.',
};

export const spaceActions: Pick<Words['actions'], keyof typeof import('../english/space.ts').spaceActions> = {
  'space.clear': 'Effacer tous les points',
  'space.export': 'Enregistrer les points en PLY',
  'space.publish': 'Envoyer les points à Slicer',
  'space.resetCamera': 'Tout montrer',
  'space.colour': 'Couleur selon le temps au lieu de la profondeur',
  'space.picture': 'Image sur le plan ou non',
};
