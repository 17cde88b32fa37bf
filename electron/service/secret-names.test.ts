import { expect, it } from 'vitest';
import { named } from './secret-names.ts';

it('calls hosts by their names, whatever stands in them', () => {
  const hosts = [
    { id: 'es-1', name: 'first' },
    { id: 'es-1-5eb5ae', name: 'second $& node' },
  ];
  const said = (about: string) => named([{ ref: 'es/es-1/elastic', about }], hosts);
  expect(said('Password of elastic on es-1-5eb5ae')).toEqual([
    { ref: 'es/es-1/elastic', about: 'Password of elastic on second $& node' },
  ]);
  expect(said('CA of es-1’s HTTP certificate')).toMatchObject([{ about: 'CA of first’s HTTP certificate' }]);
  expect(said('Key of the authority')).toMatchObject([{ about: 'Key of the authority' }]);
});
