import { z } from 'zod';
import {
  type SettingKey,
  type Settings,
  type SettingsPatch,
  settingInfo,
  settingsSchema,
} from '../../src-shared/index.ts';

/** How a setting is entered. Everything else about it (title, unit, when it acts) stands in the schema beside it. */
export type SettingShape =
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'number'; readonly range: NumberRange; readonly isWhole: boolean; readonly mayBeEmpty: boolean }
  /** Two numbers, along columns and rows. */
  | { readonly kind: 'pair'; readonly range: NumberRange; readonly mayBeEmpty: boolean }
  | { readonly kind: 'text' }
  /** Words separated by commas. */
  | { readonly kind: 'list' }
  /** What has more structure than a field: JSON. */
  | { readonly kind: 'structure' };

/** Limits of a number; an open one is not itself allowed. */
export interface NumberRange {
  readonly low: number | null;
  readonly high: number | null;
  readonly isLowOpen: boolean;
  readonly isHighOpen: boolean;
}

/** As much of JSON Schema as zod writes for our settings. */
interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

const shapes = new Map<SettingKey, SettingShape>();

/** Read off the one schema, so that the panel cannot disagree with what the engine accepts. */
export function shapeOf(key: SettingKey): SettingShape {
  const known = shapes.get(key);
  if (known !== undefined) {
    return known;
  }
  const shape = fromSchema(
    z.toJSONSchema(settingsSchema.shape[key], { io: 'input', unrepresentable: 'any' }) as JsonSchema,
  );
  shapes.set(key, shape);
  return shape;
}

function fromSchema(schema: JsonSchema): SettingShape {
  const filled = schema.anyOf?.filter(({ type }) => type !== 'null') ?? [schema];
  const mayBeEmpty = filled.length < (schema.anyOf?.length ?? 1);
  const [only] = filled;
  if (filled.length !== 1 || only === undefined) {
    return { kind: 'structure' };
  }
  if (only.enum?.every((value) => typeof value === 'string') === true) {
    return mayBeEmpty ? { kind: 'structure' } : { kind: 'choice', values: only.enum as string[] };
  }
  switch (only.type) {
    case 'boolean':
      return mayBeEmpty ? { kind: 'structure' } : { kind: 'switch' };
    case 'number':
    case 'integer':
      return { kind: 'number', range: rangeOf(only), isWhole: only.type === 'integer', mayBeEmpty };
    case 'string':
      return mayBeEmpty ? { kind: 'structure' } : { kind: 'text' };
    case 'array':
      return ofArray(only, mayBeEmpty);
    default:
      return { kind: 'structure' };
  }
}

function ofArray({ prefixItems, items }: JsonSchema, mayBeEmpty: boolean): SettingShape {
  const [first, second] = prefixItems ?? [];
  if (prefixItems?.length === 2 && first?.type === 'number' && second?.type === 'number') {
    return { kind: 'pair', range: rangeOf(first), mayBeEmpty };
  }
  return items?.type === 'string' && !mayBeEmpty ? { kind: 'list' } : { kind: 'structure' };
}

function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): NumberRange {
  return {
    low: exclusiveMinimum ?? minimum ?? null,
    high: exclusiveMaximum ?? maximum ?? null,
    isLowOpen: exclusiveMinimum !== undefined,
    isHighOpen: exclusiveMaximum !== undefined,
  };
}

/** The value as it stands in its field. */
export function textOf<K extends SettingKey>(key: K, value: Settings[K]): string {
  if (value === null) {
    return '';
  }
  switch (shapeOf(key).kind) {
    case 'pair':
    case 'list':
      return (value as readonly (string | number)[]).join(', ');
    case 'structure':
      return JSON.stringify(value);
    default:
      return String(value);
  }
}

/** What a field's text means: a patch of this one setting, or why it cannot be saved. */
export type Entered = { readonly patch: SettingsPatch } | { readonly refusal: Refusal };

/** Words of zod's own, in one language. */
export type SchemaWords = NonNullable<NonNullable<Parameters<typeof settingsSchema.safeParse>[1]>['error']>;

/** Why a text is not a value: of the wrong kind, out of its range, or refused by the schema in its own words. */
export type Refusal =
  | { readonly why: 'number' | 'whole' | 'pair' | 'json' | 'empty' }
  | { readonly why: 'range'; readonly range: NumberRange }
  | { readonly why: 'schema'; readonly key: SettingKey; readonly value: unknown };

export function enteredText(key: SettingKey, text: string): Entered {
  const shape = shapeOf(key);
  const trimmed = text.trim();
  switch (shape.kind) {
    case 'number':
      return entered(key, shape.mayBeEmpty && trimmed === '' ? null : numberOf(trimmed), shape);
    case 'pair': {
      const parts = trimmed.split(/[,;\s]+/).map(numberOf);
      return trimmed === '' && shape.mayBeEmpty
        ? validated(key, null)
        : entered(key, parts.length === 1 ? [parts[0], parts[0]] : parts, shape);
    }
    case 'list':
      return validated(
        key,
        trimmed
          .split(',')
          .map((word) => word.trim())
          .filter((word) => word !== ''),
      );
    case 'structure':
      return ofJson(key, trimmed);
    default:
      return validated(key, text);
  }
}

/** A comma is a decimal point on half the keyboards of the world; a list of numbers never reaches here with one. */
const numberOf = (text: string): number => (text === '' ? Number.NaN : Number(text.replace(',', '.')));

function entered(key: SettingKey, value: unknown, shape: SettingShape & { kind: 'number' | 'pair' }): Entered {
  const numbers = (Array.isArray(value) ? value : value === null ? [] : [value]) as number[];
  if (numbers.some(Number.isNaN) || (shape.kind === 'pair' && numbers.length !== 2)) {
    return { refusal: { why: shape.kind } };
  }
  if (shape.kind === 'number' && shape.isWhole && !numbers.every(Number.isInteger)) {
    return { refusal: { why: 'whole' } };
  }
  if (!numbers.every((number) => isWithin(number, shape.range))) {
    return { refusal: { why: 'range', range: shape.range } };
  }
  return validated(key, value);
}

function isWithin(value: number, { low, high, isLowOpen, isHighOpen }: NumberRange): boolean {
  const isAbove = low === null || (isLowOpen ? value > low : value >= low);
  const isBelow = high === null || (isHighOpen ? value < high : value <= high);
  return isAbove && isBelow;
}

function ofJson(key: SettingKey, text: string): Entered {
  try {
    return validated(key, JSON.parse(text));
  } catch {
    return { refusal: { why: 'json' } };
  }
}

function validated(key: SettingKey, value: unknown): Entered {
  const parsed = settingsSchema.shape[key].unwrap().safeParse(value);
  if (parsed.success) {
    return { patch: { [key]: parsed.data } };
  }
  const isEmpty = value === '' || value === undefined;
  return { refusal: isEmpty ? { why: 'empty' } : { why: 'schema', key, value } };
}

/** What the schema has against a value; `errors`: in whose words. */
export function schemaObjection(key: SettingKey, value: unknown, errors: SchemaWords): string {
  const { error } = settingsSchema.shape[key].unwrap().safeParse(value, { error: errors });
  return error === undefined ? '' : z.prettifyError(error);
}

/** Group of a setting: the part of its name before the point. */
export const groupOf = (key: SettingKey): string => key.slice(0, key.indexOf('.'));

/** True for a setting whose value differs from its default. */
export function isChanged(key: SettingKey, settings: Settings, defaults: Settings): boolean {
  return JSON.stringify(settings[key]) !== JSON.stringify(defaults[key]);
}

/** Unit and moment of acting, as the schema says them. */
export const infoOf = settingInfo;
