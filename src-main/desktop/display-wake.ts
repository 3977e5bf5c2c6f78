import { powerSaveBlocker } from 'electron';

/** Keeps the display on while a live picture is on it, and only then. */
export class DisplayWake {
  #blocker: number | null = null;

  set(live: boolean): void {
    if (live && this.#blocker === null) {
      this.#blocker = powerSaveBlocker.start('prevent-display-sleep');
    } else if (!live && this.#blocker !== null) {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = null;
    }
  }
}
