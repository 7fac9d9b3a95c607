// Addresses and networks that a key may be used from. Pure. An IPv4 address in IPv6 clothes (`::ffff:10.0.0.1`) is the IPv4 one.
import ipaddr from 'ipaddr.js';

/** True for `192.0.2.7`, `192.0.2.0/24`, `2001:db8::1` and `2001:db8::/32`. */
export function isIpRange(text: string): boolean {
  return text.includes('/')
    ? ipaddr.isValidCIDR(text)
    : ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
}

/** Null ranges allow every address; an address that cannot be read is in no range. */
export function isWithinRanges(address: string | undefined, ranges: readonly string[] | null): boolean {
  if (ranges === null) return true;
  if (address === undefined || !ipaddr.isValid(address)) return false;
  const asked = ipaddr.process(address);
  return ranges.some((range) => {
    const [network, bits] = toNetwork(range);
    return network.kind() === asked.kind() && asked.match([network, bits] as [ipaddr.IPv4, number]);
  });
}

function toNetwork(range: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (range.includes('/')) return ipaddr.parseCIDR(range);
  const address = ipaddr.process(range);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
