import type { Words } from '../words.ts';

export const settings: Words['settings'] = {
  display: 'Affichage',
  language: 'Langue',
  languages: { auto: 'Comme le navigateur', en: 'English', fr: 'Français' },
  theme: 'Couleurs',
  themes: { dark: 'Sombre', light: 'Clair' },
  largeType: 'Grands caractères, lisibles à 3 m',
};
