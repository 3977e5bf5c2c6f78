import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import type { WebContents as RealWebContents } from 'electron';
import type { CDPSession, Page, Route } from 'playwright';
import { handlerOfScheme, type IpcMainInvokeEvent, ipcMain } from './main-modules.ts';
import type { FromPage, ToPage } from './page-protocol.ts';
import { closeAllOf, closeEnd, endsOf, giveTo, type PortOwner, sendFrom } from './ports.ts';
import { record } from './recorder.ts';
import { fromJson, toJson } from './wire.ts';

type Doubled = 'getURL' | 'setWindowOpenHandler' | 'send' | 'postMessage' | 'reload' | 'isDestroyed';
type WindowOpenHandler = Parameters<RealWebContents['setWindowOpenHandler']>[0];

/** Chromium gives a scheme of its own no rights from outside: the app's pages live at an https address of the double's. */
const SUFFIX = '.app.test';
export const toBrowserUrl = (url: string): string => url.replace(/^app:\/\/([^/]+)/, `https://$1${SUFFIX}`);
export const toAppUrl = (url: string): string => url.replace(/^https:\/\/([^/]+)\.app\.test/, 'app://$1');

const PRELOAD_WORLD = 'preload';
/** Well over what closing takes. */
const CLOSE_AGAIN_MS = 1000;
const script = (name: string): string =>
  stripTypeScriptTypes(readFileSync(path.join(import.meta.dirname, 'page', name), 'utf8'));

/** A Chromium page seen as Electron's main process sees it: messages, ports, guards, its one preload. */
export class WebContents extends EventEmitter implements Pick<RealWebContents, Doubled> {
  #page: Page | null = null;
  #cdp: CDPSession | null = null;
  #windowOpenHandler: WindowOpenHandler | null = null;
  /** The address the app itself asked for; a page going elsewhere is asked about. */
  #askedFor = '';
  #world: number | null = null;
  #unsent: ToPage[] = [];
  #popups: Page[] = [];
  #refusedPopups = 0;
  #portOwner: PortOwner = this.#newPortOwner();

  getURL(): string {
    return toAppUrl(this.#page?.url() ?? '');
  }

  isDestroyed(): boolean {
    return this.#page?.isClosed() ?? false;
  }

  setWindowOpenHandler(handler: WindowOpenHandler): void {
    this.#windowOpenHandler = handler;
  }

  send(channel: string, ...args: unknown[]): void {
    this.#tell({ kind: 'event', channel, args: args.map(toJson), ends: [] });
  }

  postMessage(channel: string, message: unknown, transfer?: Electron.MessagePortMain[]): void {
    const ends = endsOf(transfer);
    this.#tell({ kind: 'event', channel, args: [toJson(message)], ends });
    for (const end of ends) {
      giveTo(this.#portOwner, end);
    }
  }

  reload(): void {
    record('webContents.reload');
    this.#askedFor = this.#page?.url() ?? '';
    void this.#page?.reload();
  }

  async loadURL(url: string): Promise<void> {
    this.#askedFor = toBrowserUrl(url);
    await this.#page?.goto(this.#askedFor);
  }

  /** Chromium forgets a wish to close that comes while a navigation is committed: it is told again until the page is gone. */
  async closePage(): Promise<void> {
    const again = setInterval(() => void this.#cdp?.send('Page.close').catch(() => {}), CLOSE_AGAIN_MS);
    await this.#page?.close().finally(() => clearInterval(again));
  }

  async attach(page: Page, preload: string | undefined): Promise<void> {
    this.#page = page;
    const cdp = await page.context().newCDPSession(page);
    this.#cdp = cdp;
    const { frameTree } = await cdp.send('Page.getFrameTree');
    cdp.on('Runtime.executionContextCreated', ({ context }) => {
      // Frames in the page get such a world too; the preload is the main frame's alone.
      if (context.name === PRELOAD_WORLD && context.auxData?.['frameId'] === frameTree.frame.id) {
        this.#newDocument(context.id);
      }
    });
    cdp.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === 'toMain') {
        void this.#hear(JSON.parse(payload) as FromPage);
      }
    });
    await cdp.send('Page.enable');
    await cdp.send('Runtime.enable');
    await cdp.send('Runtime.addBinding', { name: 'toMain', executionContextName: PRELOAD_WORLD });
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: script('main-world.ts') });
    if (preload !== undefined) {
      const bundle = `runPreload(function (require, module, exports) {\n${readFileSync(preload, 'utf8')}\n});`;
      await cdp.send('Page.addScriptToEvaluateOnNewDocument', {
        worldName: PRELOAD_WORLD,
        source: `${script('preload-host.ts')}\n${bundle}`,
      });
    }
    await page.route('**/*', (route) => this.#answer(route));
    await page.context().route('**/*', (route) => this.#refusePopup(route));
    page.on('popup', (popup) => {
      this.#popups.push(popup);
      this.#closeRefusedPopups();
    });
    page.on('load', () => this.emit('did-finish-load'));
  }

  #newPortOwner(): PortOwner {
    return {
      deliver: (end, { data }) => this.#tell({ kind: 'port', end, data: toJson(data) }),
      closed: (end) => this.#tell({ kind: 'closed', end }),
    };
  }

  /** A new document has none of the old one's ports. */
  #newDocument(world: number): void {
    if (this.#world !== null) {
      this.#unsent = [];
      closeAllOf(this.#portOwner);
      this.#portOwner = this.#newPortOwner();
    }
    this.#world = world;
    for (const message of this.#unsent.splice(0)) {
      this.#tell(message);
    }
  }

  #tell(message: ToPage): void {
    if (this.#world === null || this.#cdp === null) {
      this.#unsent.push(message);
      return;
    }
    this.#cdp
      .send('Runtime.callFunctionOn', {
        functionDeclaration: '(message) => fromMain(message)',
        arguments: [{ value: message }],
        executionContextId: this.#world,
      })
      // The document went away while this was under way; its ports are closed with it.
      .catch(() => {});
  }

  async #hear(message: FromPage): Promise<void> {
    switch (message.kind) {
      case 'port':
        sendFrom(message.end, { data: fromJson(message.data), ends: [] });
        break;
      case 'closed':
        closeEnd(message.end);
        break;
      case 'invoke':
        await this.#invoke(message);
        break;
    }
  }

  async #invoke({ id, channel, args, url, isTop }: Extract<FromPage, { kind: 'invoke' }>): Promise<void> {
    const event: IpcMainInvokeEvent = {
      sender: this,
      senderFrame: { url: toAppUrl(url), parent: isTop ? null : {} },
    };
    try {
      const handler = ipcMain.handlers.get(channel);
      if (handler === undefined) {
        throw new Error(`No handler registered for '${channel}'`);
      }
      const value = await handler(event, ...args.map(fromJson));
      this.#tell({ kind: 'reply', id, value: toJson(structuredClone(value)) });
    } catch (error) {
      // Electron's own wording.
      this.#tell({ kind: 'refusal', id, message: `Error invoking remote method '${channel}': ${String(error)}` });
    }
  }

  async #answer(route: Route): Promise<void> {
    const request = route.request();
    const url = toAppUrl(request.url());
    if (request.isNavigationRequest() && request.url() !== this.#askedFor && this.#isPrevented(url)) {
      record('navigation prevented', url);
      await route.abort('aborted');
      return;
    }
    if (request.isNavigationRequest() && request.frame().parentFrame() === null) {
      this.emit('did-start-navigation', { url, isMainFrame: true, isSameDocument: false });
    }
    const handler = handlerOfScheme(new URL(url).protocol.slice(0, -1));
    if (handler === undefined) {
      record('request left the app', url);
      await route.abort('addressunreachable');
      return;
    }
    const response = await handler(new Request(url, { method: request.method(), headers: request.headers() }));
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  }

  #isPrevented(url: string): boolean {
    let prevented = false;
    const details = { url, isMainFrame: true, preventDefault: () => (prevented = true) };
    this.emit('will-frame-navigate', details);
    this.emit('will-navigate', details, url);
    return prevented;
  }

  /** Requests of pages that are not ours: windows this page opened. Electron asks before there is one. */
  async #refusePopup(route: Route): Promise<void> {
    const url = route.request().url();
    const answer = this.#windowOpenHandler?.({ url } as Electron.HandlerDetails) ?? { action: 'allow' };
    record('window.open', { url, action: answer.action });
    await route.abort('aborted');
    this.#refusedPopups += 1;
    this.#closeRefusedPopups();
  }

  /** Page and request of a popup come in either order; closed before its request, it would never be asked about. */
  #closeRefusedPopups(): void {
    while (this.#refusedPopups > 0 && this.#popups.length > 0) {
      this.#refusedPopups -= 1;
      void this.#popups.shift()?.close();
    }
  }
}
