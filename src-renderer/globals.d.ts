/** Set by the build: the same text the engine of this build says in its hello. */
declare const __ULTRAMOTION_BUILD__: string;

interface Window {
  /** Present in the desktop app only: what its preload script hands in. */
  readonly consoleApi?: {
    readonly build: string;
    /** Whether the window fills the screen from now on. */
    setFullScreen(mode: 'on' | 'off' | 'toggle'): Promise<boolean>;
  };
}
