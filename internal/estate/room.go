package estate

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/estate/naming"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// The floors a room may lie on.
const (
	MinFloor = -20
	MaxFloor = 300
)

// The kinds of rooms.
const (
	RoomHome    = "home"    // 住宅
	RoomFlat    = "flat"    // 公寓
	RoomShop    = "shop"    // 商铺
	RoomOffice  = "office"  // 办公
	RoomStorage = "storage" // 储藏间
	RoomOther   = "other"   // 其他
)

// The states of rooms.
const (
	StateUnsold      = "unsold"      // 未售
	StateUndelivered = "undelivered" // 未交付
	StateVacant      = "vacant"      // 空置
	StateRenovating  = "renovating"  // 装修
	StateSelf        = "self"        // 自住
	StateRented      = "rented"      // 出租
)

// Words pairs stored words with the Chinese ones people see, in their order.
type Words [][2]string

func (w Words) has(word string) bool { return w.Chinese(word) != "" }

// Chinese is what people read for a stored word, or empty.
func (w Words) Chinese(word string) string {
	for _, p := range w {
		if p[0] == word {
			return p[1]
		}
	}
	return ""
}

// RoomKinds are the kinds of rooms.
func RoomKinds() Words {
	return Words{{RoomHome, "住宅"}, {RoomFlat, "公寓"}, {RoomShop, "商铺"}, {RoomOffice, "办公"}, {RoomStorage, "储藏间"}, {RoomOther, "其他"}}
}

// RoomStates are the states of rooms.
func RoomStates() Words {
	return Words{{StateUnsold, "未售"}, {StateUndelivered, "未交付"}, {StateVacant, "空置"}, {StateRenovating, "装修"}, {StateSelf, "自住"}, {StateRented, "出租"}}
}

// Known tells which attributes of a room are filled in.
type Known uint8

// The attributes that may be unknown.
const (
	KnownArea Known = 1 << iota
	KnownInner
	KnownFloor
)

// Room is one 房屋.
type Room struct {
	ID        id.ID
	Building  id.ID
	Unit      id.ID  // 0 without unit (shops)
	Name      string // 1502
	Label     string // 3栋2单元1502
	Floor     int    // below ground is negative
	Floors    int    // storeys of the building, 0 when not known
	Layout    string // 三室两厅
	Kind      string
	Area      money.Area // 建筑面积, ㎡ ×10⁻²
	InnerArea money.Area // 套内面积, ㎡ ×10⁻²
	State     string
	Handover  clock.Date // 交付日期, 0 when not known
	Known     Known
	Payer     id.ID // who pays: the payer occupant, else the owner, else 0
	People    int   // who lives there now
	Version   int
	keys      []string // complete, building and room, room; then other spellings
	sort      string
}

// Check brings a room into our form. Errors: ErrName, ErrKind, ErrArea, ErrFloor.
func (r *Room) Check() error {
	r.Name, r.Layout = naming.RoomName(r.Name), naming.Clean(r.Layout)
	if n := utf8.RuneCountInString(r.Name); n == 0 || n > naming.MaxName || naming.NumberKey(r.Name) == "" {
		return ErrName.At("body.name", "房号要填写，最多 60 个字", r.Name)
	}
	if utf8.RuneCountInString(r.Layout) > naming.MaxName {
		return ErrName.At("body.layout", "户型最多 60 个字", r.Layout)
	}
	if r.Kind == "" {
		r.Kind = RoomHome
	}
	if r.State == "" {
		r.State = StateVacant
	}
	if !RoomKinds().has(r.Kind) {
		return ErrKind.At("body.kind", "房屋类型不在可选范围内", r.Kind)
	}
	if !RoomStates().has(r.State) {
		return ErrKind.At("body.state", "房屋状态不在可选范围内", r.State)
	}
	if !AreaOK(r.Area) || !AreaOK(r.InnerArea) {
		return ErrArea
	}
	if r.Floor < MinFloor || r.Floor > MaxFloor || r.Floors < 0 || r.Floors > MaxFloor {
		return ErrFloor
	}
	r.setKnown()
	return nil
}

func (r *Room) setKnown() {
	r.Known = 0
	if r.Area > 0 {
		r.Known |= KnownArea
	}
	if r.InnerArea > 0 {
		r.Known |= KnownInner
	}
	if r.Floor != 0 {
		r.Known |= KnownFloor
	}
}

// Place gives the room its label and order from where it stands.
func (r *Room) Place(b *Building, u *Unit) {
	r.Building, r.Unit, r.Floors = b.ID, 0, b.Floors
	unit := Unit{}
	if u != nil {
		unit = *u
	}
	r.Unit = unit.ID
	r.Label = b.Name + unit.Name + r.Name
	r.keys = naming.RoomKeys(b.key, unit.key, r.Name)
	r.sort = b.sort + "/" + unit.sort + "/" + naming.FloorKey(r.Floor) + "/" + naming.SortKey(r.keys[2])
}

// terms are the search entries of a room beyond its three keys.
func (r *Room) terms() []term {
	out := make([]term, 0, len(r.keys)-3)
	for _, k := range r.keys[3:] {
		out = append(out, term{k, 0, r.ID})
	}
	return out
}

// BillingRoom is what billing computes with.
type BillingRoom struct {
	ID, Building, Unit, Payer id.ID
	Area, InnerArea           money.Area // ㎡ ×10⁻²
	Floor, Floors, People     int
	Kind, State               string
	Handover                  clock.Date
	Known                     Known
}

// RoomFilter chooses rooms by id range (After, Upto], buildings and rooms;
// what is empty does not filter.
type RoomFilter struct {
	After, Upto      id.ID
	Buildings, Rooms []id.ID
}

// CreateRooms makes rooms of one project in bulk inside tx; each names its
// Building and, if any, its Unit. Ids, labels and order are filled in.
// Errors: ErrName, ErrKind, ErrArea, ErrFloor, ErrNoBuilding, ErrNoUnit, ErrRoom.
func (s *Service) CreateRooms(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, rooms []Room) error {
	where, err := readPlaces(ctx, tx, project)
	if err != nil {
		return err
	}
	ids := tx.IDs(len(rooms))
	for i := range rooms {
		r := &rooms[i]
		if err := r.Check(); err != nil {
			return err
		}
		b, ok := where.buildings[r.Building]
		if !ok {
			return ErrNoBuilding
		}
		var u *Unit
		if r.Unit != 0 {
			if u, ok = where.units[r.Unit]; !ok || u.Building != b.ID {
				return ErrNoUnit
			}
		}
		r.Place(b, u)
		r.ID, r.Version, r.Payer, r.People = ids[i], 1, 0, 0
	}
	if err := copyRooms(ctx, tx, project, rooms); err != nil {
		return err
	}
	if err := addRooms(ctx, tx, project, len(rooms)); err != nil {
		return err
	}
	e := audit.Entry{Project: project, Who: who, Action: "estate.rooms_created", Kind: "room", Summary: fmt.Sprintf("新建 %d 间房", len(rooms)), After: map[string]any{"count": len(rooms)}}
	told := rooms
	if len(rooms) == 1 {
		e.Action, e.Subject, e.Summary, e.After, told = "estate.room_created", rooms[0].ID, "新建房屋 "+rooms[0].Label, rooms[0], nil
	}
	return s.audit.RecordEach(ctx, tx, e, e.Summary, len(told), func(i int) audit.Part { return audit.Part{Subject: told[i].ID, Kind: "room"} })
}

type places struct {
	buildings map[id.ID]*Building
	units     map[id.ID]*Unit
}

func readPlaces(ctx context.Context, q db.Q, project id.ID) (*places, error) {
	bs, err := buildings(ctx, q, project)
	if err != nil {
		return nil, err
	}
	us, err := units(ctx, q, project, 0)
	if err != nil {
		return nil, err
	}
	p := &places{map[id.ID]*Building{}, map[id.ID]*Unit{}}
	for i := range bs {
		p.buildings[bs[i].ID] = &bs[i]
	}
	for i := range us {
		p.units[us[i].ID] = &us[i]
	}
	return p, nil
}

// Room reads one. Error: ErrNoRoom.
func (s *Service) Room(ctx context.Context, q db.Q, project, room id.ID) (Room, error) {
	return oneRoom(ctx, q, project, room)
}

// StreamRooms calls fn for every room of the filter in the order of ids. The
// BillingRoom is reused between calls.
func (s *Service) StreamRooms(ctx context.Context, q db.Q, project id.ID, f RoomFilter, fn func(*BillingRoom) error) error {
	return streamRooms(ctx, q, project, f, fn)
}

// RoomIDBounds cuts the rooms of a project into parts: the last id of every
// partSize-th room, and the last room of all. Part k is (bounds[k-1], bounds[k]],
// the first begins after 0. Empty without rooms.
func (s *Service) RoomIDBounds(ctx context.Context, q db.Q, project id.ID, partSize int) ([]id.ID, error) {
	return roomIDBounds(ctx, q, project, partSize)
}

// RoomListFilter narrows the list of rooms; what is empty does not.
type RoomListFilter struct {
	page.Request
	Text           string // any usual spelling, or its beginning
	Building, Unit id.ID
	State, Kind    string
	Tag            id.ID
	Says           FieldFilter
	Within         actor.Buildings
}

// RoomList lists rooms in counting order.
func (s *Service) RoomList(ctx context.Context, q db.Q, project id.ID, f RoomListFilter) (page.List[Room], error) {
	return listRooms(ctx, q, project, f)
}

// Grid is the 房态图 of one building: its rooms by floor from the top, each
// floor in counting order.
type Grid struct {
	Building Building
	Units    []Unit
	Floors   []GridFloor
}

// GridFloor is one floor of a Grid.
type GridFloor struct {
	Floor int
	Rooms []Cell
}

// Cell is what the 房态图 draws of a room.
type Cell struct {
	ID, Unit           id.ID
	Name, Label, State string
	floor              int
}

// Grid reads the rooms of a building by floor. Error: ErrNoBuilding.
func (s *Service) Grid(ctx context.Context, q db.Q, project, building id.ID) (Grid, error) {
	b, err := oneBuilding(ctx, q, project, building)
	if err != nil {
		return Grid{}, err
	}
	g := Grid{Building: b, Floors: []GridFloor{}}
	if g.Units, err = units(ctx, q, project, building); err != nil {
		return Grid{}, err
	}
	rooms, err := gridRooms(ctx, q, project, &b)
	if err != nil {
		return Grid{}, err
	}
	byFloor := map[int][]Cell{}
	for _, r := range rooms {
		byFloor[r.floor] = append(byFloor[r.floor], r)
	}
	for f, list := range byFloor {
		g.Floors = append(g.Floors, GridFloor{f, list})
	}
	slices.SortFunc(g.Floors, func(a, b GridFloor) int { return b.Floor - a.Floor })
	return g, nil
}
