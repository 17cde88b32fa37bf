/** Step 2: the machines, how Bulwark logs in, and how they are reached right now. */
import type { Locator, Page } from '@playwright/test';

export interface HostForm {
  readonly name: string;
  readonly address: string;
  /** 22 unless given. */
  readonly port?: number;
  readonly user: string;
  readonly login:
    | { readonly method: 'agent' }
    | { readonly method: 'key-file'; readonly path: string }
    | { readonly method: 'password' }
    | { readonly method: 'keyboard-interactive' };
  /** `passwordless` unless given. */
  readonly sudo?: 'none' | 'passwordless' | 'password';
  /** Elasticsearch unless given. */
  readonly roles?: readonly ('Elasticsearch' | 'Kibana' | 'Logstash' | 'Beats' | 'ECE')[];
}

const logins = {
  agent: 'SSH agent',
  'key-file': 'Key file',
  password: 'Password',
  'keyboard-interactive': 'Questions from the server',
} as const;

const sudos = {
  none: 'Log in as root, no sudo',
  passwordless: 'sudo without password',
  password: 'sudo with password',
} as const;

export class HostsScreen {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get table(): Locator {
    return this.#page.getByRole('table', { name: 'Hosts' });
  }

  row(name: string): Locator {
    return this.table
      .getByRole('row')
      .filter({ has: this.#page.getByRole('rowheader', { name, exact: true }) });
  }

  /** Fills the drawer and adds the host; does not connect. */
  async add(host: HostForm): Promise<void> {
    await this.#page.getByRole('main').getByRole('button', { name: 'Add a host' }).first().click();
    const drawer = this.#page.getByRole('dialog', { name: 'Add a host' });
    await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill(host.name);
    await drawer.getByRole('textbox', { name: 'Address' }).fill(host.address);
    await drawer.getByRole('textbox', { name: 'Port' }).fill(String(host.port ?? 22));
    await drawer.getByRole('textbox', { name: 'User' }).fill(host.user);
    await drawer.getByRole('radio', { name: logins[host.login.method] }).check();
    if (host.login.method === 'key-file') {
      await drawer.getByRole('textbox', { name: 'Path of the key file' }).fill(host.login.path);
    }
    await drawer.getByRole('radio', { name: sudos[host.sudo ?? 'passwordless'] }).check();
    for (const role of ['Elasticsearch', 'Kibana', 'Logstash', 'Beats', 'ECE'] as const) {
      await drawer
        .getByRole('checkbox', { name: role })
        .setChecked((host.roles ?? ['Elasticsearch']).includes(role));
    }
    await drawer.getByRole('button', { name: 'Add host' }).click();
    await this.row(host.name).waitFor();
  }

  /** Starts connecting; a question about the host key or a password may follow. */
  async connect(name: string): Promise<void> {
    await this.row(name)
      .getByRole('button', { name: `Connect ${name}`, exact: true })
      .click();
  }

  async waitUntilConnected(name: string, timeout = 60_000): Promise<void> {
    await this.row(name).getByText('Connected', { exact: true }).waitFor({ timeout });
  }

  async disconnect(name: string): Promise<void> {
    await this.row(name)
      .getByRole('button', { name: `Disconnect ${name}` })
      .click();
  }

  /** The drawer in which a login for the host's Elasticsearch is given, forgotten or made. */
  async openNodeLogin(name: string): Promise<Locator> {
    await this.row(name)
      .getByRole('button', { name: `Edit ${name}` })
      .click();
    await this.#page
      .getByRole('dialog', { name: `Edit ${name}` })
      .getByRole('button', { name: 'Elasticsearch login…' })
      .click();
    return this.#page.getByRole('dialog', { name: `Elasticsearch login for ${name}` });
  }

  /** Names the user; the question for the password follows. */
  async giveNodeLogin(name: string, user: string): Promise<void> {
    const drawer = await this.openNodeLogin(name);
    await drawer.getByRole('textbox', { name: 'User in Elasticsearch' }).fill(user);
    await drawer.getByRole('button', { name: /^Give (?:this|another) login$/ }).click();
  }

  async forgetNodeLogin(name: string): Promise<void> {
    const drawer = await this.openNodeLogin(name);
    await drawer.getByRole('button', { name: 'Forget the login' }).click();
    await drawer.getByRole('button', { name: 'Give this login' }).waitFor();
    await drawer.getByRole('button', { name: 'Close', exact: true }).last().click();
  }

  async createReader(name: string): Promise<void> {
    const drawer = await this.openNodeLogin(name);
    await drawer.getByRole('button', { name: 'Create the reader' }).click();
  }

  async removeReader(name: string): Promise<void> {
    const drawer = await this.openNodeLogin(name);
    await drawer.getByRole('button', { name: 'Remove the reader' }).click();
  }

  async remove(name: string): Promise<void> {
    await this.row(name)
      .getByRole('button', { name: `Edit ${name}` })
      .click();
    const drawer = this.#page.getByRole('dialog', { name: `Edit ${name}` });
    await drawer.getByRole('button', { name: 'Remove from workspace' }).click();
    await drawer.getByRole('button', { name: `Remove ${name}` }).click();
  }

  /** Opens the preview of what stands in the operator's own ~/.ssh/config. */
  async openImport(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Import from SSH configuration' }).first().click();
  }

  async goOn(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Continue to assessment' }).click();
  }
}
