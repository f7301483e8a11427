package roster

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/spool"
)

// plan is what applying a roster would do to what is stored now. It is made
// some rooms at a time; what it would write waits in spools.
type plan struct {
	project  estate.Project
	report   Report
	problems errorList
	fields   []roomField
	phase    int
	changes  [phases][]Change

	buildings map[string]*plannedBuilding
	units     map[string]*estate.Unit // by building key / unit key
	newUnits  []*estate.Unit
	people    registry
	order     []*plannedRoom // the rooms at hand

	rooms     spool.File         // roomDraft, of new and changed ones
	occupants spool.File         // occupantDraft, likewise
	kept      spool.File         // Kept
	made      map[string][]id.ID // what is new, by table, ascending
	touched   map[string][]id.ID // what is stored and may change, by table
}

// The phases in whose order a report tells of changes.
const (
	ofRooms = iota
	ofOccupants
	ofPeople
	phases
)

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
	lists   []*plannedOccupant
	named   map[string]*plannedPerson // people of the file in this room
}

// plannedOccupant is what a person of the file is to a room.
type plannedOccupant struct {
	estate.Occupant
	isNew, changed bool
}

// planRoster compares a roster with what is stored. It writes nothing; ids of
// new rows are made already. The plan must be closed.
func (s *Service) planRoster(ctx context.Context, q db.Q, project id.ID, r *roster, today clock.Date) (*plan, error) {
	pr, err := s.estate.Project(ctx, q, project)
	if err != nil {
		return nil, err
	}
	p := &plan{project: pr, fields: roomFields(), buildings: map[string]*plannedBuilding{}, people: newRegistry(), made: map[string][]id.ID{}, touched: map[string][]id.ID{}}
	p.report = Report{Sheet: r.sheet, HeaderRow: r.header, Ignored: r.ignored, Kept: r.kept, HiddenRows: r.hiddenRows, HiddenColumns: r.hiddenColumns,
		Formulas: r.formulas, Merged: r.merged}
	if err := s.planAll(ctx, q, p, r, today); err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.report.Changes = []Change{}
	for _, list := range p.changes {
		p.report.Changes = append(p.report.Changes, list[:min(len(list), maxChanges-len(p.report.Changes))]...)
	}
	return p, nil
}

func (s *Service) planAll(ctx context.Context, q db.Q, p *plan, r *roster, today clock.Date) error {
	for i := range r.problems.len() {
		e, err := r.problems.at(i)
		if err != nil {
			return err
		}
		p.problems.add(e)
	}
	if err := s.readPlaces(ctx, q, p); err != nil {
		return err
	}
	for _, n := range r.beyond {
		var row rosterRow
		if err := r.rows.Read(r.places[n].at, &row); err != nil {
			return err
		}
		p.fail(&row, colRoom, row.room.Name, "一间房最多写 %d 行，从这一行起多了；请核对房号是不是填错了列", maxRoomRows)
	}
	err := r.batches(func(rooms [][]*rosterRow) error { return s.planBatch(ctx, q, p, rooms, today) })
	if err == nil {
		err = s.countPeople(p)
	}
	if err == nil {
		err = p.problems.err
	}
	return err
}

func (s *Service) planBatch(ctx context.Context, q db.Q, p *plan, rooms [][]*rosterRow, today clock.Date) error {
	p.order = p.order[:0]
	for _, rows := range rooms {
		p.order = append(p.order, &plannedRoom{rows: rows, named: map[string]*plannedPerson{}})
	}
	if err := s.readRooms(ctx, q, p); err != nil {
		return err
	}
	p.phase = ofRooms
	for _, room := range p.order {
		s.planRoom(p, room)
	}
	if err := s.knowPeople(ctx, q, p); err != nil {
		return err
	}
	p.phase = ofOccupants
	for _, room := range p.order {
		if err := s.planPeople(p, room, today); err != nil {
			return err
		}
	}
	if err := s.planKept(ctx, q, p); err != nil {
		return err
	}
	if err := p.putAway(); err != nil {
		return err
	}
	return p.people.putAway()
}

func (p *plan) fail(r *rosterRow, field, value, format string, args ...any) {
	p.problems.add(rowProblem(r, field, value, fmt.Sprintf(format, args...)))
}

func (p *plan) change(line int, label, format string, args ...any) {
	if list := &p.changes[p.phase]; len(*list) < maxChanges {
		*list = append(*list, Change{line, label, fmt.Sprintf(format, args...)})
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

func (s *Service) readRooms(ctx context.Context, q db.Q, p *plan) error {
	keys, rooms := make([]string, 0, len(p.order)), make(map[string]*plannedRoom, len(p.order))
	for _, r := range p.order {
		key := r.rows[0].key
		keys, rooms[key] = append(keys, key), r
	}
	old, err := s.estate.RoomsByKey(ctx, q, p.project.ID, keys)
	if err != nil {
		return err
	}
	ids := make([]id.ID, 0, len(old))
	byID := map[id.ID]*plannedRoom{}
	for key, r := range old {
		room := rooms[key]
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
			p.change(from.line, room.Label, "%s %s → %s", f.name, or(old, "空"), or(f.text(&from.room), "空"))
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
		p.madeRow("estate_building", b.ID)
		p.report.Counts.Buildings++
	}
	for _, row := range room.rows {
		if row.has(colFloors) && row.room.Floors > b.Floors {
			if !b.isNew && !b.changed {
				p.change(row.line, b.Name, "总层数 %d → %d", b.Floors, row.room.Floors)
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
		p.madeRow("estate_unit", u.ID)
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
