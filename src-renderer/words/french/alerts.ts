import { numberWriter } from '../numbers.ts';
import { saidOfAlert } from '../said.ts';
import type { Words } from '../words.ts';
import { sayings } from './sayings.ts';

const write = numberWriter('fr');

const time = (ts: number): string => write.moment(new Date(ts * 1000));

export const alerts: Words['alerts'] = {
  title: 'Alertes',
  nothing: 'Tout va bien.',
  times: (count) => `${count} ×`,
  severity: { info: 'Information', warning: 'Avertissement', critical: 'Critique' },
  refused: (reason) => `La console n’a pas pu lire un message du moteur : ${reason}`,
  viewFailed: (message) => `L’image en direct s’est arrêtée : ${message}. Rechargez la page.`,
  states: {
    ok: 'Fini',
    pending: 'À confirmer',
    warning: 'Avertissement',
    critical: 'Critique',
    recovering: 'En rétablissement',
    'no-data': 'Sans données',
  },
  conditions: {
    'fps-in-low': {
      what: ({ fps, limit }) => `Seulement ${fps} images/s arrivent, la limite est ${limit}.`,
      advice: 'Voir le réseau entre le serveur d’échographie et cette machine, et la charge des deux.',
    },
    'fps-out-low': {
      what: ({ fps, limit }) => `Seulement ${fps} masques/s partent, la limite est ${limit}.`,
      advice: 'Voir quelle file écarte des images ; un modèle plus petit ou un autre fournisseur allège.',
    },
    'latency-high': {
      what: ({ p95Ms, limitMs }) => `La latence (p95) est de ${p95Ms} ms, la limite est ${limitMs} ms.`,
      advice: 'Voir quelle étape prend le temps ; fermer les programmes qui occupent le processeur ou le GPU.',
    },
    'gpu-high': {
      what: ({ percent, limitPercent }) => `Le GPU est occupé à ${percent} %, la limite est ${limitPercent} %.`,
      advice: 'Fermer les programmes qui occupent le GPU, ou choisir un modèle plus petit.',
    },
    'archive-backlog': {
      what: ({ megabytes, limitMegabytes }) =>
        `ARCHIVE EN RETARD : ${megabytes} Mo d’images attendent d’être enregistrées, la limite est ${limitMegabytes} Mo.`,
      advice: 'Le disque est trop lent : arrêter ce qui y écrit, ou enregistrer sur un disque plus rapide.',
    },
    'disk-low': {
      what: ({ megabytes, limitMegabytes }) =>
        `${megabytes} Mo sont libres sur le disque, la limite est ${limitMegabytes} Mo.`,
      advice: 'Déplacer ou supprimer d’anciens enregistrements, ou enregistrer sur un autre disque.',
    },
    link: {
      what: ({ liveness }) => `L’image n’est pas en direct : ${liveness}.`,
      advice: 'Voir l’échographe, le serveur qui envoie ses images, et le câble jusqu’ici.',
    },
    'publisher-link': {
      what: ({ address }) => `Les masques ne peuvent être transmis à ${address}.`,
      advice: 'Voir si le destinataire tourne et si son adresse et son port sont justes.',
    },
    'log-loss': {
      what: ({ lines }) => `${lines} lignes de journal et d’historique n’ont pu être écrites.`,
      advice: 'Voir si le disque du dossier de données est plein ou lent.',
    },
    problem: {
      what: (values) => saidOfAlert(sayings, values),
      advice: 'Le message dit ce qui ne va pas ; le journal dit ce qui a précédé.',
    },
  },
  time,
  since: (ts) => `depuis ${time(ts)}`,
  acknowledge: 'Prendre acte',
  acknowledgedAt: (ts) => `pris acte ${time(ts)}`,
  silence: (minutes) => `Taire pendant ${minutes} min`,
  unsilence: 'Ne plus taire',
  silenced: 'tu',
  silencedUntil: (ts) => `tu jusqu’à ${time(ts)}`,
  history: 'Auparavant',
  noHistory: 'Rien jusqu’ici.',
  bundle: {
    make: 'Journaux pour l’assistance',
    making: 'En préparation …',
    made: (megabytes, file) =>
      `Prêt, secrets masqués : ${write.fixed(megabytes, 1)} Mo, sur la machine du moteur dans ${file}`,
    fetch: 'L’enregistrer ici',
    explained: 'Journal, mesures et alertes des derniers jours en un fichier, secrets masqués.',
  },
  routes: 'Où les changements sont annoncés',
  routeNames: { log: 'Journal', console: 'Cette console', webhook: 'Webhook', slack: 'Slack' },
  routeFacts: (delivered, waiting, dead) => `${delivered} remis, ${waiting} en attente, ${dead} abandonnés`,
  routeOff: 'non configuré : voir réglages, Alertes',
  testRoute: 'Envoyer un essai',
  testDelivered: 'Le destinataire l’a pris.',
  replay: 'Renvoyer ce qui a été abandonné',
  replayed: (count) => (count === 1 ? '1 événement est renvoyé.' : `${count} événements sont renvoyés.`),
};
