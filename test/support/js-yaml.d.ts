/** The little of js-yaml that tests use; the package brings no types. */
declare module 'js-yaml' {
  /** Throws for what is not one YAML 1.2 document, and for a name given twice in one mapping. */
  export function load(text: string): unknown;
}
