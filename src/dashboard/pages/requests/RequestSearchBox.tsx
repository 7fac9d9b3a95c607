// Looks for requests by what they are known by; a whole id, as an answer carries it in x-request-id, leads straight to its request.
import { TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Props = { readonly text: string; readonly onSearch: (text: string) => void };

export function RequestSearchBox({ text: initial, onSearch }: Props) {
  const navigate = useNavigate();
  const [text, setText] = useState(initial);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const sought = text.trim();
    if (ID.test(sought)) void navigate({ to: '/requests/$id', params: { id: sought } });
    else onSearch(sought);
  };
  return (
    <form role="search" onSubmit={submit} className="request-search">
      <TextInput
        size="xs"
        type="search"
        label="Search"
        placeholder="id, model, error or label"
        maxLength={200}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          // The browser's own cross empties the field and says so in no other way.
          if (event.currentTarget.value === '' && initial !== '') onSearch('');
        }}
      />
    </form>
  );
}
