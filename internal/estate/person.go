package estate

import (
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
)

// The kinds of people.
const (
	KindPerson  = "person"
	KindCompany = "company"
)

// What people are to a room.
const (
	PartOwner  = "owner"  // 业主
	PartFamily = "family" // 家属
	PartTenant = "tenant" // 租户
	PartOther  = "other"  // 其他
)

// Parts are what people are to a room.
func Parts() Words {
	return Words{{PartOwner, "业主"}, {PartFamily, "家属"}, {PartTenant, "租户"}, {PartOther, "其他"}}
}

// Person is a resident or company as one project knows it. Phone and ID
// number are only ever masked here; see Reveal.
type Person struct {
	ID        id.ID
	Name      string
	Kind      string
	Gender    string // male, female or empty
	Email     string
	PhoneMask string // 138****5678
	IDMask    string // 330106********0031
	Version   int
}

// Occupant is what a person is to a room, and since when.
type Occupant struct {
	ID        id.ID
	Room      id.ID
	RoomLabel string
	Person    Person
	Part      string
	Since     clock.Date // 0 when not known
	Until     clock.Date // 0 while it lasts
	Payer     bool       // pays for the room in place of the owner
	Share     int        // 产权份额 in 1/10000; 0 when not stated
}
