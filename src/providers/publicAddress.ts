// Which addresses the router may call by a caller's word. Pure. Everything that is not plainly public is not: private, loopback,
// link-local (cloud metadata), carrier networks, multicast, and IPv6 forms that carry an IPv4 address inside.
import ipaddr from 'ipaddr.js';

export type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** @throws Error for what is no network */
export function toNetwork(text: string): Network {
  if (text.includes('/')) return ipaddr.parseCIDR(text);
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** All of IPv6 that is handed out, and what answers on every machine of a cloud although its address looks public. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];
const CLOUD_SERVICES = [ipaddr.parseCIDR('168.63.129.16/32') as [ipaddr.IPv4, number]];

function isPublic(asked: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (asked.range() !== 'unicast') return false;
  if (asked.kind() === 'ipv6') return (asked as ipaddr.IPv6).match(GLOBAL_UNICAST);
  return !CLOUD_SERVICES.some((network) => (asked as ipaddr.IPv4).match(network));
}

export function mayBeCalled(address: string | undefined, allowed: readonly Network[]): boolean {
  if (address === undefined || !ipaddr.isValid(address)) return false;
  const asked = ipaddr.process(address);
  if (isPublic(asked)) return true;
  return allowed.some(
    ([network, bits]) => network.kind() === asked.kind() && asked.match([network, bits] as [ipaddr.IPv4, number]),
  );
}
