import { Confirm } from './confirm'

type RemoveProps = {
  /** What the buttons say: the one that asks, and the one that does it. */
  label: string
  /** The question. */
  title: string
  /** What goes with it. */
  lead?: string
  /** Beside others like it, the button is told apart by its question. */
  isOneOfMany?: boolean
  onRemove: () => Promise<unknown>
}

/** A quiet button by which something goes away, once somebody said yes. */
export function Remove({ label, title, lead, isOneOfMany, onRemove }: RemoveProps) {
  const named = (
    <>
      <span aria-hidden="true">{label}</span>
      <span className="visually-hidden">{title}</span>
    </>
  )
  return (
    <Confirm
      label={isOneOfMany ? named : label}
      look="quiet"
      title={title}
      action={label}
      isDanger
      onConfirm={onRemove}
    >
      {lead && <p>{lead}</p>}
    </Confirm>
  )
}
