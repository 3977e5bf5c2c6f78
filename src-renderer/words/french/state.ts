import { numberWriter } from '../numbers.ts';
import type { Words } from '../words.ts';

const write = numberWriter('fr');

export const state: Words['state'] = {
  label: 'État de l’image',
  words: {
    LIVE: 'DIRECT',
    STALE: 'PÉRIMÉ',
    FROZEN: 'FIGÉ',
    'LINK LOST': 'LIEN PERDU',
    ENDED: 'TERMINÉ',
    'SOURCE FAILED': 'ÉCHEC SOURCE',
    CONNECTING: 'CONNEXION',
    'NO SOURCE': 'SANS SOURCE',
    DEMO: 'DÉMO',
    REPLAY: 'RELECTURE',
    SIMULATED: 'SIMULÉ',
    FREEZE: 'GEL',
    'ENGINE LOST': 'MOTEUR PERDU',
    RELOAD: 'RECHARGER',
  },
  veils: {
    STALE: { title: 'PÉRIMÉ', text: 'Aucune nouvelle image n’arrive. Ce que vous voyez est ancien.' },
    FROZEN: {
      title: 'FIGÉ À LA SOURCE',
      text: 'Le lien est actif, mais l’image ne change pas. L’échographe est-il en gel ?',
    },
    'LINK LOST': { title: 'LIEN PERDU', text: 'La source ne répond pas. Reconnexion en cours.' },
    ENDED: { title: 'TERMINÉ', text: 'L’enregistrement est fini. Vous voyez sa dernière image.' },
    'SOURCE FAILED': {
      title: 'ÉCHEC SOURCE',
      text: 'La source est inutilisable. Corrigez son adresse et connectez.',
    },
    CONNECTING: { title: 'CONNEXION', text: 'En attente de la source.' },
    WAITING: { title: 'CONNEXION', text: 'Connecté. En attente de la première image.' },
    'NO SOURCE': { title: 'SANS SOURCE', text: 'Saisissez l’adresse de la source et connectez.' },
    'ENGINE LOST': {
      title: 'MOTEUR PERDU',
      text: 'Le moteur ne répond pas. Tout ce qui est affiché ici est ancien. Reconnexion en cours.',
    },
    RELOAD: { title: 'RECHARGEMENT NÉCESSAIRE', text: 'Le moteur n’a pas la même version que cette page.' },
  },
  kinds: {
    demo: { word: 'DÉMO', text: 'Image de synthèse. Aucun patient.' },
    replay: { word: 'RELECTURE', text: 'Enregistré auparavant. Pas en direct.' },
    simulated: { word: 'SIMULÉ', text: 'Échographe simulé. Pas en direct.' },
  },
  age: (ms) => `âge ${write.duration(ms)}`,
  feedLive: 'flux actif',
  behind: (word) => `maintenant : ${word}`,
  rec: {
    running: (ms) => `ENR ${write.clock(ms)}`,
    failed: 'ENR EN ÉCHEC',
    lost: (frames) => `${frames} ${frames < 2 ? 'perdue' : 'perdues'}`,
  },
  noPicture: 'pas d’image',
  reload: 'Recharger',
  engineBuild: (engine, page) => `Moteur ${engine}, page ${page}.`,
};
