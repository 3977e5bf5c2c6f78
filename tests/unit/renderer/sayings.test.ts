import { describe, expect, it } from 'vitest';
import { CommandRefused, refusalText } from '../../../src-renderer/state/refusal.ts';
import { CATALOGUES } from '../../../src-renderer/words/index.ts';
import { saidText } from '../../../src-renderer/words/said.ts';
import {
  inEnglish,
  reasonOf,
  SAYINGS,
  SaidError,
  type Saying,
  type SayingCode,
  say,
  series,
} from '../../../src-shared/index.ts';

/** Sentences made of nothing but what they frame: there is no word in them to translate. */
const FRAMES: ReadonlySet<SayingCode> = new Set(['settings.unsaved', 'words.comma']);

/** One distinct value for every name any sentence uses. */
const VALUES = {
  ...{ peer: 'plus:18944', why: 'WHY', details: 'DETAILS', model: 'm1', kept: 'm2', from: 'm3', to: 'm4', name: 'n1' },
  ...{ frames: 101, minutes: 102, limit: 103, mib: 104, waiting: 105, dead: 106, route: 'slack' },
  ...{ code: 'v300', fate: 'v301', lost: 'v302' },
  ...{ address: 'v200', bad: 'v201', columns: 'v202', components: 'v203', device: 'v204', ended: 'v205' },
  ...{ ends: 'v206', expected: 'v207', field: 'v208', file: 'v209', folder: 'v210', followed: 'v211' },
  ...{ found: 'v212', free: 'v213', high: 'v214', host: 'v215', how: 'v216', known: 'v217' },
  ...{ low: 'v218', mm: 'v219', part: 'v220', pixels: 'v221', pose: 'v222', reserve: 'v223' },
  ...{ rows: 'v224', scale: 'v225', seconds: 'v226', seed: 'v227', settings: 'v228', signal: 'v229' },
  ...{ silent: 'v230', slices: 'v231', status: 'v232', type: 'v233', unclosed: 'v234', unmoved: 'v235' },
  ...{ value: 'v236', whole: 'v237', corners: 'v238', cpu: 'v239', difference: 'v240', driver: 'v241' },
  ...{ first: 'v242', second: 'v243', hosts: 'v244', inputs: 'v245', outputs: 'v246', label: 'v247' },
  ...{ looked: 'v248', machine: 'v249', off: 'v250', outcome: 'v251', output: 'v252', own: 'v253' },
  ...{ passed: 'v254', provider: 'v255', reachable: 'v256', role: 'v257', running: 'v258', score: 'v259' },
  ...{ source: 'v260', what: 'v261', after: 'v262', bytes: 'v263', client: 'v264', elapsed: 'v265' },
  ...{ peers: 'v266', skipped: 'v267', version: 'v268', frame: 'v269', job: 'v270', at: 'v271' },
};
const codes = Object.keys(SAYINGS) as SayingCode[];
const valuesIn = (text: string): string[] =>
  Object.values(VALUES)
    .map(String)
    .filter((value) => text.includes(value));

describe('what the engine says', () => {
  it.each(codes)('%s: holds the same values in French as in English, and nothing undefined', (code) => {
    const english = inEnglish(say(code, VALUES));
    const french = saidText(CATALOGUES.fr, say(code, VALUES), 'fallback');
    expect(valuesIn(french)).toEqual(valuesIn(english));
    expect(`${english} ${french}`).not.toMatch(/undefined|\[object/);
    if (!FRAMES.has(code)) expect(french).not.toBe(english);
    expect(saidText(CATALOGUES.en, say(code, VALUES), 'fallback')).toBe(english);
  });

  it('puts a reason that is a sentence of ours into the language of the sentence around it', () => {
    const said = say('recording.failed', {
      why: say('recording.ended', { why: say('recording.disk-full', { why: 'ENOSPC' }), fate: say('recording.whole') }),
    });
    expect(inEnglish(said)).toBe(
      'NOT RECORDING: recording ended: the disk is full (ENOSPC); the frames before it are recorded',
    );
    expect(saidText(CATALOGUES.fr, said, '')).toBe(
      'RIEN N’EST ENREGISTRÉ : enregistrement terminé de lui-même : le disque est plein (ENOSPC) ; les images d’avant sont enregistrées',
    );
  });

  it('says why a model does not run as wanted in one language to the end', () => {
    const passed = (provider: string, outcome: string, why: Saying): Saying =>
      say('provider.passed', { provider, outcome, why });
    const difference = say('differs.off', { output: 'y', off: '0.2', limit: '0.01' });
    const said = say('provider.fell-back', {
      role: 'detector',
      running: 'cpu',
      passed: series(',', [
        passed('dml', 'excluded', say('provider.dfine-on-directml')),
        passed('webgpu', 'wrong', say('provider.differs', { difference })),
      ]),
    });
    expect(inEnglish(said)).toBe(
      'detector runs on cpu, not as wanted: dml excluded (D-FINE is known to give wrong boxes on DirectML), webgpu wrong (self-test against the CPU: y is off by 0.2, more than 0.01)',
    );
    expect(saidText(CATALOGUES.fr, said, '')).toBe(
      'détecteur sur cpu, pas comme demandé : dml, connu pour se tromper avec ce modèle (D-FINE donne des cadres faux sous DirectML, c’est connu), webgpu, d’autres résultats que le processeur (autotest face au CPU : y s’écarte de 0.2, plus que 0.01)',
    );
  });

  it('keeps the English of a failure that is said, and hands on the text of one that is not', () => {
    const refused = new SaidError(say('file.missing', { file: '/a.mha' }));
    expect(refused.message).toBe('/a.mha: no such file');
    expect(reasonOf(refused)).toEqual({ code: 'file.missing', values: { file: '/a.mha' } });
    expect(reasonOf(new Error('EIO'))).toBe('EIO');
    expect(refusalText(CATALOGUES.fr, new CommandRefused(refused.message, refused.said))).toMatch(/n’existe pas$/);
    expect(refusalText(CATALOGUES.fr, new CommandRefused('EIO', null))).toBe('EIO');
  });

  it('falls back to the words that came where there is no sentence', () => {
    expect(saidText(CATALOGUES.fr, null, 'ENOSPC')).toBe('ENOSPC');
  });

  it('reaches alerts: the sentence in the operator’s language, else the message', () => {
    const { what } = CATALOGUES.fr.alerts.conditions.problem;
    const values = { problem: 'recording.lost', message: 'English', saying: 'recording.lost', frames: 3, limit: 64 };
    expect(what(values)).toMatch(/^3 images MANQUENT/);
    const nested = { problem: 'p', message: '', saying: 'source.unread', why: say('file.missing', { file: 'a.mha' }) };
    expect(what(nested)).toBe('La source n’a pas pu être lue : a.mha : ce fichier n’existe pas');
    expect(what({ ...values, saying: null })).toBe('English');
    expect(what({ ...values, saying: 'toString' })).toBe('English');
  });
});
