import { describe, expect, it } from 'vitest';
import { ACTIONS, actionOf, actionOfKey } from '../../../src-renderer/actions/table.ts';
import { VIEW_IDS } from '../../../src-renderer/shell/view-id.ts';
import { Store } from '../../../src-renderer/state/store.ts';
import { CATALOGUES } from '../../../src-renderer/words/index.ts';

describe('the table of actions', () => {
  it('has a row for every name in the catalogue, and one name a row', () => {
    expect(ACTIONS.map(({ id }) => id).sort()).toEqual(Object.keys(CATALOGUES.en.actions).sort());
  });

  it('gives a key one meaning in a view', () => {
    for (const view of VIEW_IDS) {
      const keys = ACTIONS.filter(({ where }) => where === view || where === 'everywhere').map(({ key }) => key);
      const given = keys.filter((key) => key !== null);
      expect(given.length, view).toBe(new Set(given).size);
    }
  });

  it('finds an action by its key in its view only', () => {
    expect(actionOfKey('M', 'performance')?.id).toBe('mask.toggle');
    expect(actionOfKey('p', 'live')?.id).toBe('panel.toggle');
    expect(actionOfKey('p', 'settings')?.id).not.toBe('panel.toggle');
    expect(actionOf('mask.toggle').key).toBe('m');
  });
});

describe('a view store', () => {
  it('tells of changes, and only of changes', () => {
    const store = new Store({ zoom: 1, open: true });
    let heard = 0;
    const end = store.subscribe(() => heard++);
    store.set({ zoom: 1 });
    expect(heard).toBe(0);
    store.set({ zoom: 2 });
    end();
    store.set({ open: false });
    expect(heard).toBe(1);
    expect(store.get()).toEqual({ zoom: 2, open: false });
  });
});
