// Straight to one request, by the id that its answer carried in x-request-id.
import { TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function IdSearch() {
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const id = text.trim();
  const [refused, setRefused] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setRefused(!ID.test(id));
    if (ID.test(id)) void navigate({ to: '/requests/$id', params: { id } });
  };
  return (
    <form role="search" onSubmit={submit} className="id-search">
      <TextInput
        size="xs"
        label="Request id"
        placeholder="paste and press Enter"
        value={text}
        error={refused ? 'That is not the id of a request.' : undefined}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setRefused(false);
        }}
      />
    </form>
  );
}
