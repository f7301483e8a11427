package roster

import (
	"context"
	"slices"
	"strings"
	"time"

	"linli/internal/estate/naming"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/search"
)

// The kinds of values that other systems' files hold and for which there is no
// room yet. They are kept as they stand until one takes them over.
const (
	KeptLift         = "lift"          // 是否有电梯
	KeptRent         = "rent"          // 租金, yuan a month as it is written
	KeptContact      = "contact"       // 联系人 of a company
	KeptContactPhone = "contact_phone" // 联系电话 of that contact; masked, in clear only sealed
)

// Kept is a value of an imported file that is kept for later.
type Kept struct {
	ID     id.ID
	Import id.ID
	Kind   string
	Room   id.ID
	Person id.ID // 0 when it is about the room
	Value  string
	At     time.Time

	clear, sealed, blind string
}

// maxKept is the longest value that is kept, in characters.
const maxKept = 200

// keptValue is what a row of the file says.
type keptValue struct{ kind, value string }

// ofPerson tells whether a kind of value is about a person.
func ofPerson(kind string) bool { return kind == KeptContact || kind == KeptContactPhone }

// Keeps reads what is kept of a kind, by room, for the room that takes it over.
func (s *Service) Keeps(ctx context.Context, q db.Q, project id.ID, kind string) ([]Kept, error) {
	return keptOf(ctx, q, project, kind)
}

// keptColumns are columns of MicroCommunity's 资产信息 that wait for their room.
func keptColumns() []rosterColumn {
	return []rosterColumn{
		{colLift, []string{"是否有电梯", "电梯", "有无电梯"}, "", "", readKept(KeptLift)},
		{colRent, []string{"租金", "房屋租金", "月租金"}, "", "", readKept(KeptRent)},
		{colContact, []string{"联系人", "联系人姓名"}, "", "", readKept(KeptContact)},
		{colContactPhone, []string{"联系人电话", "联系人手机号"}, "", "", readKept(KeptContactPhone)},
	}
}

func readKept(kind string) func(*rosterReader, *rosterRow, string) error {
	return func(_ *rosterReader, r *rosterRow, text string) error {
		text = naming.Clean(text)
		if runes := []rune(text); len(runes) > maxKept {
			text = string(runes[:maxKept])
		}
		if kind == KeptRent && strings.Trim(text, "0.") == "" {
			return nil // says that it is not let
		}
		if ofPerson(kind) && strings.Trim(text, "无-—/") == "" {
			return nil
		}
		r.kept = append(r.kept, keptValue{kind, text})
		return nil
	}
}

// keptKey tells one kept value from another.
type keptKey struct {
	kind         string
	room, person id.ID
}

// planKept finds what of the rooms at hand is not kept already.
func (s *Service) planKept(ctx context.Context, q db.Q, p *plan) error {
	var stored []id.ID
	for _, room := range p.order {
		if room.old != nil && room.keeps() {
			stored = append(stored, room.ID)
		}
	}
	known, err := keptOfRooms(ctx, q, p.project.ID, stored)
	if err != nil {
		return err
	}
	for _, room := range p.order {
		for _, r := range room.rows {
			for _, v := range r.kept {
				k := Kept{Kind: v.kind, Room: room.ID, Value: v.value}
				if w := room.named[search.Fold(r.person.Name)]; w != nil && ofPerson(v.kind) {
					k.Person = w.id
				}
				if v.kind == KeptContactPhone {
					k.Value, k.clear, k.blind = crypt.MaskPhone(v.value), v.value, s.ring.Blind(int64(p.project.ID), "kept", v.value)
				}
				key := keptKey{k.Kind, k.Room, k.Person}
				if known[key] == k.Value+k.blind {
					continue
				}
				known[key], k.ID = k.Value+k.blind, s.db.IDs().New()
				p.report.Counts.Kept++
				if _, err := p.kept.Add(&k); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (room *plannedRoom) keeps() bool {
	return slices.ContainsFunc(room.rows, func(r *rosterRow) bool { return len(r.kept) > 0 })
}

// keep stores what is kept for later; phones are sealed.
func (s *Service) keep(ctx context.Context, tx *db.Tx, project, imp id.ID, list []Kept) error {
	for i := range list {
		k := &list[i]
		if k.Import = imp; k.clear == "" {
			continue
		}
		var err error
		if k.sealed, err = s.ring.Seal(k.clear, "estate_kept/"+project.String()+"/"+k.ID.String()); err != nil {
			return err
		}
	}
	return copyKept(ctx, tx, project, list)
}
