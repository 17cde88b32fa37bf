/** The project's files as the rules see them: a path, a text, and for code what it imports and which names it uses. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, posix } from 'node:path';
import { parseAst } from 'rolldown/parseAst';

export interface Source {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  /** As written: a package, `node:…`, `electron`, or a relative path. */
  readonly specifier: string;
  /** Path of the file meant, relative to the project; absent for packages. */
  readonly target?: string;
  /** Evaluated when the file is loaded, as opposed to `import()` in the middle of something. */
  readonly atLoad: boolean;
}

const LEFT_OUT = new Set(['node_modules', 'dist', 'out', '.git']);
const CODE = new Set(['.ts', '.tsx', '.mjs', '.cjs', '.js']);
const TEXT = new Set([...CODE, '.md', '.json', '.yml', '.yaml', '.sh', '.css', '.html', '.java', '.svg', '']);

export function readProject(root: string): readonly Source[] {
  return filesBelow(root, '')
    .filter((path) => TEXT.has(extname(path)))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

function filesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (LEFT_OUT.has(entry.name)) return [];
    if (entry.isDirectory()) return filesBelow(root, path);
    return entry.isFile() ? [path] : [];
  });
}

export function isCode(source: Source): boolean {
  return CODE.has(extname(source.path));
}

export function isTest(source: Source): boolean {
  return source.path.startsWith('test/') || /\.(test|e2e)\.(ts|tsx|mjs)$/.test(source.path);
}

/** Every import of a file: static, re-exported, dynamic with a literal, and in types. */
export function importsOf(source: Source): readonly Import[] {
  const found: Import[] = [];
  walk(syntaxOf(source), (node) => {
    const literal = node['source'];
    if (!isNode(literal) || typeof literal['value'] !== 'string') return;
    const specifier = literal['value'];
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(source.path), specifier) : undefined;
    found.push({
      specifier,
      atLoad: node['type'] !== 'ImportExpression',
      ...(target === undefined ? {} : { target }),
    });
  });
  return found;
}

/** Whether the file uses a name as a value or a type, be it imported, global or a property of `window`. */
export function usesName(source: Source, name: string): boolean {
  if (!source.text.includes(name)) return false;
  let used = false;
  walk(syntaxOf(source), (node) => {
    if (node['type'] === 'Identifier' && node['name'] === name) used = true;
  });
  return used;
}

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}

const parsed = new WeakMap<Source, Node>();

function syntaxOf(source: Source): Node {
  const known = parsed.get(source);
  if (known) return known;
  const lang = source.path.endsWith('.tsx') ? 'tsx' : source.path.endsWith('.ts') ? 'ts' : 'js';
  const tree: unknown = parseAst(source.text, { lang }, source.path);
  if (!isNode(tree)) throw new Error(`${source.path} has no syntax tree.`);
  parsed.set(source, tree);
  return tree;
}

function walk(node: Node, visit: (node: Node) => void): void {
  if (typeof node['type'] === 'string') visit(node);
  for (const value of Object.values(node)) {
    if (isNode(value)) walk(value, visit);
  }
}
