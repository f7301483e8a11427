import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Project = Schemas['EstateProject']
export type Building = Schemas['EstateBuilding']
export type Unit = Schemas['EstateUnit']
export type Room = Schemas['EstateRoom']
export type Person = Schemas['EstatePerson']
export type Occupant = Schemas['EstateOccupant']
/** The document leaves the person's own fields out of this answer; the answer has them. */
export type PersonWithRooms = Person & { rooms: Occupant[] }
export type RoomKind = Room['kind']
export type RoomState = Room['state']
export type Part = Occupant['part']
export type PersonRow = Schemas['EstatePersonRow']
export type Vehicle = Schemas['RosterVehicle']
export type ProjectCopy = Schemas['ScreenProjectCopy']
