import type { Words } from '../words.ts';

/** What stands behind a colon comes from elsewhere (operating system, ONNX Runtime, protocol) and stays as it came. */
export const sayings: Words['sayings'] = {
  'link.refused': ({ peer }) => `Personne n’écoute à ${peer} : le programme n’y tourne pas, ou le port est un autre.`,
  'link.unknown-host': ({ peer }) => `Aucune machine de ce nom n’est connue : ${peer}.`,
  'link.unreachable': ({ peer }) => `Aucun chemin du réseau ne mène à ${peer}.`,
  'link.no-answer': ({ peer }) => `${peer} ne répond pas : machine éteinte, ou pare-feu entre les deux.`,
  'link.silent': ({ peer }) => `${peer} était connecté, puis plus rien n’est arrivé.`,
  'link.closed': ({ peer }) => `${peer} a fermé la connexion.`,
  'link.broken': ({ peer }) => `La connexion avec ${peer} s’est rompue.`,
  'link.not-reading': ({ peer }) => `${peer} ne prend pas ce qu’on lui envoie.`,
  'link.not-openigtlink': ({ peer }) => `Ce que ${peer} envoie n’est pas de l’OpenIGTLink.`,
  'link.other-program': ({ peer }) =>
    `${peer} accepte la connexion mais ne parle jamais OpenIGTLink : est-ce le port d’un autre programme ?`,
  'source.ended': () => 'L’enregistrement est terminé.',
  'source.message-refused': ({ why }) => `Un message de la source n’a pas été suivi : ${why}`,
  'publisher.trouble': ({ why }) => `Difficulté vers Slicer : ${why}`,
  'inference.down': ({ why }) => `L’inférence est arrêtée : ${why}`,
  'inference.fell-back': ({ details }) => `Le modèle ne tourne pas sur le processeur demandé : ${details}`,
  'inference.no-result': ({ why }) => `Le modèle n’a rendu aucun résultat : ${why}`,
  'model.refused': ({ model, why, kept }) => `${model} n’a pas pu être chargé : ${why} ; ${kept} reste en service`,
  'model.fell-back': ({ from, why, to }) => `${from} ne cessait de s’arrêter (${why}) ; ${to} le remplace`,
  'recording.recovered': ({ name, frames }) =>
    `L’enregistrement ${name}, coupé par une panne, a été réparé : ${frames} images.`,
  'recording.unrecovered': ({ name, why }) =>
    `L’enregistrement ${name}, coupé par une panne, n’a pas pu être réparé : ${why}`,
  'recording.failed': ({ why }) => `RIEN N’EST ENREGISTRÉ : ${why}`,
  'recording.disk': ({ minutes, limit }) =>
    `À cette cadence, le disque est plein dans ${minutes} min (avertissement sous ${limit} min).`,
  'recording.behind': ({ frames, mib, limit }) =>
    `ARCHIVE EN RETARD : le disque a ${frames} images (${mib} Mio) de retard ; au-delà de ${limit} Mio, des images manqueront à l’enregistrement.`,
  'recording.lost': ({ frames, limit }) =>
    `${frames} images MANQUENT à l’enregistrement : le disque était trop lent et ${limit} Mio attendaient.`,
  'settings.unreadable': ({ why }) => `Le fichier des réglages n’a pas pu être lu : ${why}`,
  'settings.unsaved': ({ why }) => `Les réglages agissent mais ne sont pas enregistrés : ${why}`,
  'access.open': ({ why }) => `Accès par le réseau : ${why}`,
  'logs.lost': ({ why }) => `Des lignes du journal se perdent : ${why}`,
  'alerts.untaken': ({ route, why, waiting, dead }) =>
    `${route} ne prend pas les alertes : ${why} ; ${waiting} en attente, ${dead} abandonnées`,
  'metric.failed': ({ name, why }) => `Mesure ${name} : ${why}`,
};
