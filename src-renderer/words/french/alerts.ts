import type { Words } from '../words.ts';

export const alerts: Words['alerts'] = {
  title: 'Problèmes',
  nothing: 'Aucun problème.',
  times: (count) => `${count} ×`,
  severity: { info: 'Information', warning: 'Avertissement', critical: 'Critique' },
  refused: (reason) => `La console n’a pas pu lire un message du moteur : ${reason}`,
  viewFailed: (message) => `La vue en direct s’est arrêtée : ${message}. Rechargez la page.`,
};
