// Ids from names.
import { expect } from 'chai';
import { uuidv5 } from '../../../src/domain/uuidv5.ts';

const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

describe('uuidv5', () => {
  it('gives the id that RFC 9562 gives as its example', () => {
    expect(uuidv5(DNS, 'www.example.com')).to.equal('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('takes the namespace in either case and the name as UTF-8', () => {
    expect(uuidv5(DNS.toUpperCase(), 'größe')).to.equal(uuidv5(DNS, 'größe'));
    expect(uuidv5(DNS, 'größe')).not.to.equal(uuidv5(DNS, 'grosse'));
  });

  it('refuses a namespace that is no UUID', () => {
    expect(() => uuidv5('models', 'a')).to.throw(TypeError, 'models');
  });
});
