import type { PublisherLink } from '../../../src-shared/index.ts';
import { numberWriter } from '../numbers.ts';

const write = numberWriter('en-GB');

/** The guide of the first start. */
export const guide = {
  title: 'First start',
  skip: 'Skip',
  back: 'Back',
  steps: { source: 'Source', picture: 'Picture', slicer: 'Slicer', done: 'Done' },
  number: (step: number, of: number) => `${step}/${of}`,
  questions: {
    source: 'Where do the pictures come from?',
    picture: 'Is this the picture?',
    slicer: 'How does 3D Slicer get the mask?',
    done: 'Ready',
  },

  source: {
    choices: {
      plus: { name: 'Ultrasound scanner', text: 'Through PlusServer, over the network (OpenIGTLink).' },
      recording: { name: 'Recording', text: 'A recording of this console, or a .mha, .mhd or .nrrd sequence.' },
      demo: { name: 'Demo', text: 'Synthetic pictures made by this console. No patient, no scanner needed.' },
    },
    host: 'Address of the machine PlusServer runs on',
    hostExample: 'HOST or HOST:PORT, usually port 18944',
    file: 'File or folder of the recording',
    fileExample: 'On the machine the engine runs on',
    missing: {
      plus: 'Enter the address of the machine PlusServer runs on, for example 10.0.0.5.',
      recording: 'Choose a recording, or enter the path of one.',
    },
    show: 'Show the picture',
  },

  picture: {
    outcomes: {
      there: 'A picture comes in: look at it on the left.',
      waiting: 'Waiting for the picture …',
      trouble: 'No picture yet',
    },
    scale: (mmPerPixel: readonly [number, number]) =>
      `This source does not state the size of its pixels: ${write.spacing(mmPerPixel)} mm is an estimate. Lengths are only as good as that. Give the real size in the settings: source.mmPerPixel.`,
    next: 'What to look at',
    advice: {
      plus: [
        'Is PlusServer running, and connected to the scanner (“Connect to devices”)?',
        'Are address and port those of its configuration (ListeningPort)?',
        'Can this machine reach that one: same network, port not blocked by a firewall?',
        'Is the scanner out of freeze?',
      ],
      recording: [
        'Is the file on the machine the engine runs on, and is its path right?',
        'A console opens recordings from the home folder and the recordings folder only; start with --source for others.',
      ],
      demo: ['The first picture is computed when the demo starts: wait a few seconds.'],
    },
    yes: 'Yes, go on',
    later: 'Go on without a picture',
  },

  slicer: {
    choices: {
      server: { name: 'Slicer connects to this console', text: 'The usual way. The console waits for Slicer.' },
      client: { name: 'This console connects to Slicer', text: 'When Slicer’s connector is of the type Server.' },
    },
    listen: 'Wait for Slicer on port 18945',
    enter: 'In Slicer’s module OpenIGTLinkIF, add a connector (+), enter this and switch it on (Active):',
    fields: { type: 'Type', client: 'Client', host: 'Hostname', port: 'Port' },
    otherMachine:
      'Slicer on another machine: settings publish.address (the address of this machine) and publish.allowedPeers (that of Slicer’s).',
    host: 'Address of the machine Slicer runs on',
    hostExample: 'HOST or HOST:PORT, usually port 18944',
    missing: 'Enter the address of the machine Slicer runs on.',
    state: (link: PublisherLink, clients: number) =>
      clients > 0
        ? 'Slicer is connected.'
        : {
            disconnected: 'Not connected to Slicer.',
            connecting: 'Looking for Slicer …',
            listening: 'Waiting for Slicer.',
            connected: 'Connected.',
            failed: 'Slicer cannot be reached.',
          }[link],
    publish: {
      demo: 'Send the masks of the demo too, to try it out (they are named BoneMask_Demo)',
      replay: 'Send the masks of recordings too (they are named BoneMask_Replay)',
    },
    labelMap: {
      title: 'To see the mask in colour over the picture',
      text: 'Before connecting, enter this in Slicer’s Python console. Without it Slicer makes a gray volume of the mask.',
      code: 'Text for Slicer’s Python console',
      copy: 'Copy',
      copied: 'Copied',
    },
    next: 'Go on',
  },

  done: {
    text: 'What was chosen is remembered and comes back with the next start. Everything can be changed in the settings and in the panel beside the picture.',
    keys: {
      f: 'Freeze the picture, or go on',
      m: 'Mask on or off',
      r: 'Record, or end the recording',
      c: 'Capture the picture',
      '?': 'All keys',
      g: 'This guide again',
    },
    end: 'To the picture',
  },
};

export const guideActions = {
  'guide.open': 'Guide of the first start',
  'guide.skip': 'Skip the guide',
};
