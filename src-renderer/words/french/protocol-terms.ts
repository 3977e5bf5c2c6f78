/** The words in which the parsers of OpenIGTLink name a field and what they expect of it; the longest first. */
const TERMS: readonly (readonly [english: string, french: string])[] = [
  ['sub-volume end along', 'fin du sous-volume selon'],
  ['image header version', 'version de l’en-tête d’image'],
  ['what the content holds', 'ce que contient le message'],
  ['what the index holds', 'ce que contient l’index'],
  ['what the body leaves', 'ce que laisse le corps'],
  ['extended header', 'en-tête étendu'],
  ['metadata entries', 'nombre de métadonnées'],
  ['metadata entry', 'métadonnée'],
  ['version-2 body', 'corps de version 2'],
  ['metadata value', 'valeur de la métadonnée'],
  ['metadata key', 'clé de la métadonnée'],
  ['a multiple of', 'un multiple de'],
  ['pixel endian', 'boutisme des pixels'],
  ['scalar type', 'type scalaire'],
  ['image bytes', 'octets d’image'],
  ['components', 'composantes'],
  ['bytes left', 'octets restants'],
  ['coordinate', 'repère'],
  ['metadata', 'métadonnées'],
  ['content', 'contenu'],
  ['header', 'd’en-tête'],
  ['one of', 'parmi'],
  ['bytes', 'octets'],
  ['or', 'ou'],
  ['to', 'à'],
];
const FRENCH = new Map(TERMS);
const ENGLISH = new RegExp(`\\b(?:${TERMS.map(([english]) => english).join('|')})\\b`, 'g');

/** Numbers, names and signs stay as they are. */
export const protocolInFrench = (words: unknown): string =>
  String(words).replace(ENGLISH, (english) => FRENCH.get(english) ?? english);
