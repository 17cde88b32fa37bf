/** Takes a signed report apart: what is covered, the signature, the attachment. Throws PdfProblem. */
import { PdfFile } from './file.ts';
import { type PdfDict, type PdfObject, PdfProblem, type PdfValue } from './value.ts';

export interface SignedPdf {
  readonly file: PdfFile;
  /** Offsets of `<`, behind `>` and behind the last byte that is signed. Absent when the range leaves out anything else inside. */
  readonly gap: readonly [number, number, number] | undefined;
  /** Why the signature does not cover all of the file; empty when it does. */
  readonly uncovered: string;
  /** What stands between `<` and `>`. */
  readonly signatureDigits: string;
}

export function openSigned(bytes: Buffer): SignedPdf {
  const file = new PdfFile(bytes);
  const signature = onlySignature(file);
  const contents = file.resolve(signature.entries.get('Contents'));
  if (!isKind(contents, 'string')) throw new PdfProblem('its signature is empty');
  const range = rangeOf(file, signature);
  const [zero, from, to, rest] = range;
  if (
    zero !== 0 ||
    from === undefined ||
    to === undefined ||
    rest === undefined ||
    range.length !== 4 ||
    from >= to
  ) {
    return { file, gap: undefined, uncovered: 'it leaves out the beginning', signatureDigits: '' };
  }
  const end = to + rest;
  if (end > bytes.length)
    return { file, gap: undefined, uncovered: 'bytes are missing at the end', signatureDigits: '' };
  const digits = bytes.toString('latin1', from + 1, to - 1);
  const isGap =
    bytes[from] === 60 && bytes[to - 1] === 62 && Buffer.from(digits, 'hex').equals(contents.bytes);
  return isGap && digits.length === contents.bytes.length * 2
    ? {
        file,
        gap: [from, to, end],
        uncovered: end < bytes.length ? addedAtEnd(bytes.length - end) : '',
        signatureDigits: digits,
      }
    : { file, gap: undefined, uncovered: 'it leaves out more than itself', signatureDigits: '' };
}

export function addedAtEnd(bytes: number): string {
  return `${bytes} ${bytes === 1 ? 'byte was' : 'bytes were'} added at the end after signing`;
}

function onlySignature(file: PdfFile): PdfDict {
  const root = file.dictOf(file.trailer.entries.get('Root'));
  if (!root.entries.has('AcroForm')) throw new PdfProblem('it is not signed');
  const fields = file.resolve(file.dictOf(root.entries.get('AcroForm')).entries.get('Fields'));
  if (!isKind(fields, 'array') || fields.items.length !== 1) {
    throw new PdfProblem('it does not have exactly one signature');
  }
  const field = file.dictOf(fields.items[0]);
  const value = file.dictOf(field.entries.get('V'));
  const subFilter = file.resolve(value.entries.get('SubFilter'));
  if (!isKind(subFilter, 'name') || subFilter.name !== 'ETSI.CAdES.detached') {
    throw new PdfProblem('its signature is of another kind');
  }
  return value;
}

function rangeOf(file: PdfFile, signature: PdfDict): readonly (number | undefined)[] {
  const range = file.resolve(signature.entries.get('ByteRange'));
  if (!isKind(range, 'array')) throw new PdfProblem('its signature does not say what it covers');
  return range.items.map((item) =>
    typeof item === 'number' && Number.isInteger(item) && item >= 0 ? item : undefined,
  );
}

/** The one attached file of this name. */
export function attachmentOf(file: PdfFile, wanted: string): Buffer {
  const root = file.dictOf(file.trailer.entries.get('Root'));
  const names = root.entries.has('Names') ? file.dictOf(root.entries.get('Names')) : undefined;
  if (!names?.entries.has('EmbeddedFiles')) throw new PdfProblem('nothing is attached');
  const list = file.resolve(file.dictOf(names.entries.get('EmbeddedFiles')).entries.get('Names'));
  if (!isKind(list, 'array') || list.items.length !== 2) {
    throw new PdfProblem('something else than one file is attached');
  }
  const specification = file.dictOf(list.items[1]);
  if (fileName(file.resolve(specification.entries.get('UF'))) !== wanted) {
    throw new PdfProblem(`the attached file is not named ${wanted}`);
  }
  const embedded = file.dictOf(specification.entries.get('EF')).entries.get('F');
  const stream = file.resolve(embedded);
  if (!isKind(stream, 'stream')) throw new PdfProblem('the attached file is missing');
  return file.inflate(stream);
}

function fileName(value: PdfObject): string {
  if (!isKind(value, 'string') || value.bytes.length % 2 !== 0) return '';
  return Buffer.from(value.bytes).swap16().toString('utf16le').replace('\uFEFF', '');
}

type Kinds = Exclude<PdfObject, null | boolean | number>;

function isKind<K extends Kinds['kind']>(
  value: PdfObject | PdfValue | undefined,
  kind: K,
): value is Extract<Kinds, { readonly kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind;
}
