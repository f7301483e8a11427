package roster

import (
	"context"
	"fmt"
	"strconv"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// plan is what applying a roster would do to what is stored now.
type plan struct {
	project  estate.Project
	report   Report
	problems []RowError
	fields   []roomField

	buildings map[string]*plannedBuilding
	units     map[string]*estate.Unit // by building key / unit key
	rooms     map[string]*plannedRoom
	order     []*plannedRoom
	newUnits  []*estate.Unit
	people    *registry
	kept      []Kept
	added     []*estate.Occupant
	changed   []*estate.Occupant
}

type plannedBuilding struct {
	estate.Building
	isNew, changed bool
}

// plannedRoom is a room of the file with the rows that name it.
type plannedRoom struct {
	estate.Room
	old     *estate.Room // nil when new
	changed bool
	rows    []*rosterRow
	live    []estate.Occupant // who is there now
	lists   []*estate.Occupant
	named   map[string]*plannedPerson // people of the file in this room
}

// planRoster compares a roster with what is stored. It writes nothing; ids of
// new rows are made already.
func (s *Service) planRoster(ctx context.Context, q db.Q, project id.ID, r *roster, today clock.Date) (*plan, error) {
	pr, err := s.estate.Project(ctx, q, project)
	if err != nil {
		return nil, err
	}
	p := &plan{project: pr, fields: roomFields(), buildings: map[string]*plannedBuilding{}, rooms: map[string]*plannedRoom{}}
	p.problems = append(p.problems, r.problems...)
	p.report = Report{Sheet: r.sheet, HeaderRow: r.header, Ignored: r.ignored, Kept: r.kept, HiddenRows: r.hiddenRows, HiddenColumns: r.hiddenColumns,
		Formulas: r.formulas, Merged: r.merged, Changes: []Change{}}
	if err := s.readPlaces(ctx, q, p); err != nil {
		return nil, err
	}
	p.group(r)
	if err := s.readRooms(ctx, q, p); err != nil {
		return nil, err
	}
	for _, room := range p.order {
		s.planRoom(p, room)
	}
	if p.people, err = s.newRegistry(ctx, q, p); err != nil {
		return nil, err
	}
	for _, room := range p.order {
		s.planPeople(p, room, today)
	}
	s.countPeople(p)
	return p, s.planKept(ctx, q, p)
}

func (p *plan) fail(r *rosterRow, field, value, format string, args ...any) {
	p.problems = append(p.problems, rowProblem(r, field, value, fmt.Sprintf(format, args...)))
}

func (p *plan) change(r *rosterRow, label, format string, args ...any) {
	if len(p.report.Changes) < maxChanges {
		p.report.Changes = append(p.report.Changes, Change{r.line, label, fmt.Sprintf(format, args...)})
	}
}

func (s *Service) readPlaces(ctx context.Context, q db.Q, p *plan) error {
	known, units, err := s.estate.PlacesByKey(ctx, q, p.project.ID)
	if err != nil {
		return err
	}
	for key, b := range known {
		p.buildings[key] = &plannedBuilding{Building: *b}
	}
	p.units = units
	return nil
}

// group brings the rows of one room together, however it is spelled.
func (p *plan) group(r *roster) {
	for i := range r.rows {
		row := &r.rows[i]
		room, ok := p.rooms[row.keys[0]]
		if !ok {
			room = &plannedRoom{named: map[string]*plannedPerson{}}
			p.rooms[row.keys[0]] = room
			p.order = append(p.order, room)
		}
		room.rows = append(room.rows, row)
	}
}

func (s *Service) readRooms(ctx context.Context, q db.Q, p *plan) error {
	keys := make([]string, 0, len(p.rooms))
	for _, r := range p.order {
		keys = append(keys, r.rows[0].keys[0])
	}
	old, err := s.estate.RoomsByKey(ctx, q, p.project.ID, keys)
	if err != nil {
		return err
	}
	ids := make([]id.ID, 0, len(old))
	byID := map[id.ID]*plannedRoom{}
	for key, r := range old {
		room := p.rooms[key]
		room.old = &r
		byID[r.ID] = room
		ids = append(ids, r.ID)
	}
	live, err := s.estate.LastingOccupants(ctx, q, p.project.ID, ids)
	for _, o := range live {
		byID[o.Room].live = append(byID[o.Room].live, o)
	}
	return err
}

// planRoom decides whether a room is new, changed or the same.
func (s *Service) planRoom(p *plan, room *plannedRoom) {
	first := room.rows[0]
	b, u := s.planPlace(p, room)
	if room.old == nil {
		room.Room = estate.Room{ID: s.db.IDs().New(), Name: first.room.Name, Version: 1, Kind: p.defaultKind(), State: defaultState(room.rows)}
	} else {
		room.Room = *room.old
	}
	for _, f := range p.fields {
		var from *rosterRow
		for _, row := range room.rows {
			if !row.has(f.field) {
				continue
			}
			if from == nil {
				from = row
			} else if f.text(&from.room) != f.text(&row.room) {
				p.fail(row, f.field, f.text(&row.room), "和第 %d 行的同一房屋不一致（%s）", from.line, f.text(&from.room))
			}
		}
		if from == nil {
			continue
		}
		if old := f.text(&room.Room); room.old != nil && old != f.text(&from.room) {
			p.change(from, room.Label, "%s %s → %s", f.name, or(old, "空"), or(f.text(&from.room), "空"))
		}
		f.copy(&room.Room, &from.room)
	}
	if err := room.Check(); err != nil {
		p.fail(first, colRoom, first.room.Name, "%s", sentence(err))
	}
	room.Place(&b.Building, u)
	switch {
	case room.old == nil:
		p.report.Counts.Rooms++
	case room.isChanged(p.fields):
		room.changed = true
		p.report.Counts.RoomsChanged++
	default:
		p.report.Counts.RoomsSame++
	}
}

func (room *plannedRoom) isChanged(fields []roomField) bool {
	for _, f := range fields {
		if f.text(room.old) != f.text(&room.Room) {
			return true
		}
	}
	return false
}

func or(s, empty string) string {
	if s == "" {
		return empty
	}
	return s
}

func (p *plan) defaultKind() string {
	switch p.project.Kind {
	case estate.KindApartment:
		return estate.RoomFlat
	case estate.KindOffice:
		return estate.RoomOffice
	}
	return estate.RoomHome
}

// defaultState is the state of a new room whose row does not say: by who is
// there.
func defaultState(rows []*rosterRow) string {
	state := estate.StateVacant
	for _, r := range rows {
		if r.has(colName) {
			if r.part == estate.PartTenant {
				return estate.StateRented
			}
			state = estate.StateSelf
		}
	}
	return state
}

// planPlace finds or plans the building and unit of a room.
func (s *Service) planPlace(p *plan, room *plannedRoom) (*plannedBuilding, *estate.Unit) {
	first := room.rows[0]
	key := first.building.key
	b, ok := p.buildings[key]
	if !ok {
		b = &plannedBuilding{Building: estate.Building{ID: s.db.IDs().New(), Name: first.building.name, Version: 1}, isNew: true}
		if err := b.Check(); err != nil {
			p.fail(first, colBuilding, first.building.name, "%s", sentence(err))
		}
		p.buildings[key] = b
		p.report.Counts.Buildings++
	}
	for _, row := range room.rows {
		if row.has(colFloors) && row.room.Floors > b.Floors {
			if !b.isNew && !b.changed {
				p.change(row, b.Name, "总层数 %d → %d", b.Floors, row.room.Floors)
			}
			b.Floors, b.changed = row.room.Floors, true
		}
	}
	ukey := first.unit.key
	if ukey == "" {
		return b, nil
	}
	u, ok := p.units[key+"/"+ukey]
	if !ok {
		u = estate.NewUnit(s.db.IDs().New(), b.ID, first.unit.name, ukey)
		p.units[key+"/"+ukey] = u
		p.newUnits = append(p.newUnits, u)
		p.report.Counts.Units++
	}
	return b, u
}

// roomField is one attribute that a roster can set.
type roomField struct {
	field, name string
	text        func(r *estate.Room) string
	copy        func(to, from *estate.Room)
}

func roomFields() []roomField {
	return []roomField{
		{colFloor, "楼层", func(r *estate.Room) string { return strconv.Itoa(r.Floor) }, func(to, from *estate.Room) { to.Floor = from.Floor }},
		{colKind, "房屋类型", func(r *estate.Room) string { return estate.RoomKinds().Chinese(r.Kind) }, func(to, from *estate.Room) { to.Kind = from.Kind }},
		{colLayout, "户型", func(r *estate.Room) string { return r.Layout }, func(to, from *estate.Room) { to.Layout = from.Layout }},
		{colArea, "建筑面积", func(r *estate.Room) string { return r.Area.String() }, func(to, from *estate.Room) { to.Area = from.Area }},
		{colInner, "套内面积", func(r *estate.Room) string { return r.InnerArea.String() }, func(to, from *estate.Room) { to.InnerArea = from.InnerArea }},
		{colState, "房屋状态", func(r *estate.Room) string { return estate.RoomStates().Chinese(r.State) }, func(to, from *estate.Room) { to.State = from.State }},
		{colHandover, "交付日期", func(r *estate.Room) string { return r.Handover.String() }, func(to, from *estate.Room) { to.Handover = from.Handover }},
	}
}
