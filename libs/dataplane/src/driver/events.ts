/** What one driver's work means for others, by name → payload. */
export interface DriverEvents {
  /** Devices may have other interface indexes than before: tables that refer to devices are stale. */
  'devices-renumbered': void;
  /** Devices were removed, and with them what stood on them. */
  'devices-removed': void;
  /** A namespace is new under its name: what lived in the old one is lost. */
  'namespace-remade': string;
  /** A namespace lacks a device whose other end is plugged in outside of it. */
  'namespace-lacks-device': { readonly netns: string; readonly device: string };
}

type Listeners = { readonly [Name in keyof DriverEvents]?: ((payload: DriverEvents[Name]) => void)[] };

/** Synchronous events between drivers: a listener only records, the work is done in its driver's own step. */
export class EventHub {
  private readonly listeners: { -readonly [Name in keyof Listeners]: Listeners[Name] } = {};

  on<Name extends keyof DriverEvents>(name: Name, listener: (payload: DriverEvents[Name]) => void): void {
    const listeners = this.listeners[name] as ((payload: DriverEvents[Name]) => void)[] | undefined;
    if (listeners) listeners.push(listener);
    else Object.assign(this.listeners, { [name]: [listener] });
  }

  emit<Name extends keyof DriverEvents>(
    name: Name,
    ...[payload]: DriverEvents[Name] extends void ? [] : [payload: DriverEvents[Name]]
  ): void {
    for (const listener of this.listeners[name] ?? []) listener(payload as never);
  }
}
