import { numberWriter } from '../numbers.ts';
import type { Words } from '../words.ts';

const write = numberWriter('fr');

export const guide: Words['guide'] = {
  title: 'Premier démarrage',
  skip: 'Passer',
  back: 'Retour',
  steps: { source: 'Entrée', picture: 'Image', slicer: 'Vers Slicer', done: 'Terminé' },
  number: (step, of) => `${step} sur ${of}`,
  questions: {
    source: 'D’où viennent les images ?',
    picture: 'Est-ce bien l’image ?',
    slicer: 'Comment 3D Slicer reçoit-il le masque ?',
    done: 'Tout est prêt',
  },

  source: {
    choices: {
      plus: { name: 'Échographe', text: 'Par PlusServer, sur le réseau (OpenIGTLink).' },
      recording: {
        name: 'Enregistrement',
        text: 'Un enregistrement de cette console, ou une séquence .mha, .mhd ou .nrrd.',
      },
      demo: {
        name: 'Démonstration',
        text: 'Des images de synthèse faites par cette console. Ni patient, ni échographe.',
      },
    },
    host: 'Adresse de la machine où tourne PlusServer',
    hostExample: 'HÔTE ou HÔTE:PORT, d’ordinaire le port 18944',
    file: 'Fichier ou dossier de l’enregistrement',
    fileExample: 'Sur la machine où tourne le moteur',
    missing: {
      plus: 'Saisissez l’adresse de la machine où tourne PlusServer, par exemple 10.0.0.5.',
      recording: 'Choisissez un enregistrement, ou saisissez le chemin d’un autre.',
    },
    show: 'Afficher l’image',
  },

  picture: {
    outcomes: {
      there: 'Une image arrive : voyez à gauche.',
      waiting: 'En attente de l’image …',
      trouble: 'Pas encore d’image',
    },
    scale: (mmPerPixel) =>
      `Cette source n’indique pas la taille de ses pixels : ${write.spacing(mmPerPixel)} mm est une estimation, et les longueurs ne valent pas mieux qu’elle. Donnez la vraie taille dans les réglages : source.mmPerPixel.`,
    next: 'À vérifier',
    advice: {
      plus: [
        'PlusServer tourne-t-il, et est-il connecté à l’échographe (« Connect to devices ») ?',
        'L’adresse et le port sont-ils ceux de sa configuration (ListeningPort) ?',
        'Cette machine atteint-elle l’autre : même réseau, port non bloqué par un pare-feu ?',
        'L’échographe est-il sorti du gel ?',
      ],
      recording: [
        'Le fichier est-il sur la machine où tourne le moteur, et son chemin est-il juste ?',
        'Une console n’ouvre que les enregistrements du dossier personnel et du dossier des enregistrements ; pour d’autres, démarrez avec --source.',
      ],
      demo: ['La première image est calculée au départ de la démonstration : attendez quelques secondes.'],
    },
    yes: 'Oui, continuer',
    later: 'Continuer sans image',
  },

  slicer: {
    choices: {
      server: { name: 'Slicer se connecte à cette console', text: 'Le cas habituel. La console attend Slicer.' },
      client: {
        name: 'Cette console se connecte à Slicer',
        text: 'Quand le connecteur de Slicer est du type Server.',
      },
    },
    listen: 'Attendre Slicer sur le port 18945',
    enter: 'Dans le module OpenIGTLinkIF de Slicer, ajoutez un connecteur (+), saisissez ceci et activez-le (Active) :',
    fields: { type: 'Type', client: 'Client', host: 'Hostname', port: 'Port' },
    otherMachine:
      'Slicer sur une autre machine : réglages publish.address (adresse de cette machine) et publish.allowedPeers (celle de Slicer).',
    host: 'Adresse de la machine où tourne Slicer',
    hostExample: 'HÔTE ou HÔTE:PORT, d’ordinaire le port 18944',
    missing: 'Saisissez l’adresse de la machine où tourne Slicer.',
    state: (link, clients) =>
      clients > 0
        ? 'Slicer est connecté.'
        : {
            disconnected: 'Pas connecté à Slicer.',
            connecting: 'Recherche de Slicer …',
            listening: 'En attente de Slicer.',
            connected: 'Connecté.',
            failed: 'Slicer est hors d’atteinte.',
          }[link],
    publish: {
      demo: 'Envoyer aussi les masques de la démonstration, pour essayer (sous le nom BoneMask_Demo)',
      replay: 'Envoyer aussi les masques des enregistrements (sous le nom BoneMask_Replay)',
    },
    labelMap: {
      title: 'Pour voir le masque en couleur sur l’image',
      text: 'Avant de connecter, saisissez ceci dans la console Python de Slicer. Sinon Slicer en fait un volume gris.',
      code: 'Texte pour la console Python de Slicer',
      copy: 'Copier',
      copied: 'Copié',
    },
    next: 'Continuer',
  },

  done: {
    text: 'Ce qui a été choisi est retenu et revient au prochain démarrage. Tout se change dans les réglages et dans le panneau à côté de l’image.',
    keys: {
      f: 'Geler l’image, ou continuer',
      m: 'Masque affiché ou non',
      r: 'Enregistrer, ou finir l’enregistrement',
      c: 'Photographier l’image',
      '?': 'Toutes les touches',
      g: 'Ce guide, de nouveau',
    },
    end: 'Vers l’image',
  },
};

export const guideActions: Pick<Words['actions'], keyof typeof import('../english/guide.ts').guideActions> = {
  'guide.open': 'Guide du premier démarrage',
  'guide.skip': 'Passer le guide',
};
