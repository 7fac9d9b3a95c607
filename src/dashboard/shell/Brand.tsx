// The product's name and mark.
import { Link } from '@tanstack/react-router';

export function Brand() {
  return (
    <Link to="/" className="brand" aria-label="Omni-Model Router, overview">
      <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
        <rect width="32" height="32" rx="7" fill="#0f766e" />
        <path
          d="M6 16h6m0 0c5 0 4-8 10-8h3m-13 8c5 0 4 8 10 8h3m-13-8h13"
          fill="none"
          stroke="#fff"
          strokeWidth="2.4"
          strokeLinecap="round"
        />
      </svg>
      Omni-Model Router
    </Link>
  );
}
