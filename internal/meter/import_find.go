package meter

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"

	"linli/internal/estate"
	"linli/internal/estate/naming"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/search"
	"linli/internal/kit/supply"
)

// hung tells which meters of a project may be meant by a name or a room, in some
// bytes for each: entries are sorted by the hash of the key.
type hung []hungEntry

type hungEntry struct {
	key   uint64
	meter id.ID
}

func (h hung) of(key string) []hungEntry {
	k := hashed(key)
	i, _ := slices.BinarySearchFunc(h, k, func(e hungEntry, k uint64) int { return cmp.Compare(e.key, k) })
	n := i
	for n < len(h) && h[n].key == k {
		n++
	}
	return h[i:n]
}

func hashed(key string) uint64 {
	f := fnv.New64a()
	f.Write([]byte(key))
	return f.Sum64()
}

// index reads what hangs in a project.
func (s *Service) index(ctx context.Context, q db.Q, project id.ID) (hung, error) {
	var out hung
	for after := id.ID(0); ; {
		list, err := hungMeters(ctx, q, project, after, atOnce)
		if err != nil {
			return nil, err
		}
		p := &places{}
		if err := s.label(ctx, q, project, p, list); err != nil {
			return nil, err
		}
		for i := range list {
			m := &list[i]
			for _, key := range p.keys(m) {
				out = append(out, hungEntry{hashed(key), m.ID})
			}
			after = m.ID
		}
		if len(list) < atOnce {
			break
		}
	}
	slices.SortFunc(out, func(a, b hungEntry) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.meter, b.meter)) })
	return out, nil
}

// The first letters keep the keys of numbers, places and rooms apart.
func byNumber(k supply.Kind, number string) string { return "n" + nameKey(k, number) }
func byPlace(k supply.Kind, place string) string   { return "p" + nameKey(k, place) }
func byRoom(k supply.Kind, room id.ID) string      { return "r" + string(k) + " " + room.String() }

// keys are what a meter is found by.
func (p *places) keys(m *Meter) []string {
	out := []string{byNumber(m.Kind, m.Number), byPlace(m.Kind, p.label(m))}
	if m.Room != 0 {
		out = append(out, byRoom(m.Kind, m.Room))
	}
	return out
}

// places is where the meters hang that some rows may mean.
type places struct {
	meters  map[string][]*Meter // by each of their keys
	labels  map[id.ID]string
	rooms   map[string]estate.Room // by key
	spelled map[[3]string][]string // the keys of a room as the sheet spells it
}

func nameKey(k supply.Kind, name string) string { return string(k) + " " + search.Fold(name) }

func (s *Service) places(ctx context.Context, q db.Q, project id.ID, all hung, rows []sheetLine) (*places, error) {
	p := &places{meters: map[string][]*Meter{}, spelled: map[[3]string][]string{}}
	keys := []string{}
	for i := range rows {
		at := rows[i].spelling()
		if _, known := p.spelled[at]; !known {
			p.spelled[at] = naming.FullKeys(at[0], at[1], at[2])
			keys = append(keys, p.spelled[at]...)
		}
	}
	var err error
	if p.rooms, err = s.estate.RoomsByKey(ctx, q, project, keys); err != nil {
		return nil, err
	}
	maybe := map[id.ID]bool{}
	for i := range rows {
		r := &rows[i]
		asked := []string{byNumber(r.kind, r.number), byPlace(r.kind, r.room)}
		if room, ok := p.room(r); ok {
			asked = append(asked, byRoom(r.kind, room))
		}
		for _, key := range asked {
			for _, e := range all.of(key) {
				maybe[e.meter] = true
			}
		}
	}
	list, err := metersOf(ctx, q, project, slices.Sorted(maps.Keys(maybe)))
	if err != nil {
		return nil, err
	}
	if err := s.label(ctx, q, project, p, list); err != nil {
		return nil, err
	}
	for i := range list {
		for _, key := range p.keys(&list[i]) {
			p.meters[key] = append(p.meters[key], &list[i])
		}
	}
	return p, nil
}

// label reads the names of the rooms of meters.
func (s *Service) label(ctx context.Context, q db.Q, project id.ID, p *places, list []Meter) (err error) {
	rooms := make([]id.ID, len(list))
	for i := range list {
		rooms[i] = list[i].Room
	}
	p.labels, err = s.estate.Labels(ctx, q, project, rooms)
	return err
}

func (l *sheetLine) spelling() [3]string { return [3]string{l.building, l.unit, l.room} }

// find is the meter that a row means: by its number, which the room must not
// contradict, or by the room alone when one such meter hangs there.
func (p *places) find(l *sheetLine) (Meter, string, *cellFault) {
	refuse := func(field, format string, args ...any) (Meter, string, *cellFault) {
		return Meter{}, "", &cellFault{field, fmt.Sprintf(format, args...)}
	}
	kind := l.kind.Label() + "表"
	here, known := p.here(l)
	found := here
	switch {
	case l.number != "":
		if found = p.meters[byNumber(l.kind, l.number)]; len(found) == 0 {
			return refuse(colNumber, "没有这个表号的%s；请核对表号，新表请先装表", kind)
		}
	case l.room == "":
		return refuse(colNumber, "表号和房屋至少填一个")
	case !known:
		return refuse(colRoom, "没有这间房，公共部位也没有这个位置；请写全楼栋-单元-房号，如 3-2-1502")
	case len(found) == 0:
		return refuse(colRoom, "这里没有装%s", kind)
	}
	found = ofBand(found, l.band)
	switch {
	case len(found) == 0:
		return refuse(colBand, "这块表没有这个时段")
	case len(found) > 1 && l.number != "":
		return refuse(colBand, "这块表分时段，请写尖、峰、平或谷")
	case len(found) > 1:
		return refuse(colNumber, "这里有 %d 块%s，请填表号", len(found), kind)
	}
	m := found[0]
	if l.number != "" && l.room != "" && !slices.Contains(here, m) {
		return refuse(colNumber, "这个表号装在%s，不在这一行写的地方", p.label(m))
	}
	return *m, p.label(m), nil
}

// here are the meters of the kind in the room or place that a row names; false
// when there is no such room or place.
func (p *places) here(l *sheetLine) ([]*Meter, bool) {
	if room, ok := p.room(l); ok {
		return p.meters[byRoom(l.kind, room)], true
	}
	at := p.meters[byPlace(l.kind, l.room)]
	return at, len(at) > 0
}

// room is the room that a row names.
func (p *places) room(l *sheetLine) (id.ID, bool) {
	for _, key := range p.spelled[l.spelling()] {
		if r, ok := p.rooms[key]; ok {
			return r.ID, true
		}
	}
	return 0, false
}

func (p *places) label(m *Meter) string {
	if m.Room != 0 {
		return p.labels[m.Room]
	}
	return m.Place
}

// ofBand leaves what has the band; a sheet that names none means every one.
func ofBand(list []*Meter, b supply.Band) []*Meter {
	if b == supply.AllDay {
		return list
	}
	out := []*Meter{}
	for _, m := range list {
		if m.Band == b {
			out = append(out, m)
		}
	}
	return out
}
