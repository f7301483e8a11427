package meter

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/estate"
	"linli/internal/estate/naming"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/search"
	"linli/internal/kit/supply"
)

// places is where the meters of a project hang, to find them by what a sheet
// says.
type places struct {
	byNumber map[string][]*Meter // by kind and number
	byRoom   map[string][]*Meter // by kind and room
	byPlace  map[string][]*Meter // by kind and the name of the place, or of the room
	labels   map[id.ID]string
	rooms    map[string]estate.Room // by key
	spelled  map[[3]string][]string // the keys of a room as the sheet spells it
}

func nameKey(k supply.Kind, name string) string { return string(k) + " " + search.Fold(name) }

func (s *Service) places(ctx context.Context, q db.Q, project id.ID, rows []sheetLine) (*places, error) {
	list, err := hungMeters(ctx, q, project)
	if err != nil {
		return nil, err
	}
	p := &places{byNumber: map[string][]*Meter{}, byRoom: map[string][]*Meter{}, byPlace: map[string][]*Meter{}, spelled: map[[3]string][]string{}}
	rooms := make([]id.ID, len(list))
	for i := range list {
		rooms[i] = list[i].Room
	}
	if p.labels, err = s.estate.Labels(ctx, q, project, rooms); err != nil {
		return nil, err
	}
	for i := range list {
		m := &list[i]
		put(p.byNumber, nameKey(m.Kind, m.Number), m)
		put(p.byPlace, nameKey(m.Kind, p.label(m)), m)
		if m.Room != 0 {
			put(p.byRoom, string(m.Kind)+" "+m.Room.String(), m)
		}
	}
	keys := []string{}
	for i := range rows {
		at := rows[i].spelling()
		if _, known := p.spelled[at]; !known {
			p.spelled[at] = naming.FullKeys(at[0], at[1], at[2])
			keys = append(keys, p.spelled[at]...)
		}
	}
	p.rooms, err = s.estate.RoomsByKey(ctx, q, project, keys)
	return p, err
}

func put(into map[string][]*Meter, key string, m *Meter) { into[key] = append(into[key], m) }

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
		if found = p.byNumber[nameKey(l.kind, l.number)]; len(found) == 0 {
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
	for _, key := range p.spelled[l.spelling()] {
		if r, ok := p.rooms[key]; ok {
			return p.byRoom[string(l.kind)+" "+r.ID.String()], true
		}
	}
	at := p.byPlace[nameKey(l.kind, l.room)]
	return at, len(at) > 0
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
