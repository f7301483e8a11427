package sharedcost

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linli/internal/estate"
	"linli/internal/estate/naming"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/search"
)

// maxWeight is the most that one room may weigh.
const maxWeight money.Qty = 100_000_000 * 10_000

// maxLines bounds what is pasted at once; maxShown how many rooms are named.
const (
	maxLines = 5000
	maxShown = 500
	maxSaid  = 5 // in one sentence
)

// Weight is what was given for one room, ×10⁻⁴.
type Weight struct {
	Room   id.ID
	Weight money.Qty
}

// given is Given by room. Errors: ErrInvalid, ErrGivenTwice.
func (s *Service) given(ctx context.Context, q db.Q, project id.ID, c *Cost) (map[id.ID]money.Qty, error) {
	out, twice := map[id.ID]money.Qty{}, []id.ID{}
	for _, g := range c.Given {
		if g.Weight < 0 || g.Weight > maxWeight {
			return nil, ErrInvalid.At("body.given", "权重不能为负，最大 100,000,000", int64(g.Weight))
		}
		if _, ok := out[g.Room]; ok {
			twice = append(twice, g.Room)
		}
		out[g.Room] = g.Weight
	}
	if len(twice) == 0 {
		return out, nil
	}
	labels, err := s.estate.Labels(ctx, q, project, twice)
	if err != nil {
		return nil, err
	}
	return nil, ErrGivenTwice.Say("%s给了不止一个权重，每间房只能给一个", said(twice, labels))
}

// strangers refuses weights of rooms that the cost is not shared among.
// Errors: ErrGivenUnknown, ErrGivenOutside.
func (s *Service) strangers(ctx context.Context, q db.Q, project id.ID, c *Cost, left map[id.ID]money.Qty) error {
	if len(left) == 0 {
		return nil
	}
	rooms := []id.ID{}
	for _, g := range c.Given {
		if _, ok := left[g.Room]; ok {
			rooms = append(rooms, g.Room)
		}
	}
	labels, err := s.estate.Labels(ctx, q, project, rooms)
	if err != nil {
		return err
	}
	unknown := []id.ID{}
	for _, r := range rooms {
		if _, ok := labels[r]; !ok {
			unknown = append(unknown, r)
		}
	}
	if len(unknown) > 0 {
		return ErrGivenUnknown.Say("给定的权重里有 %d 间房不在本项目：编号 %s；请重新核对房号", len(unknown), said(unknown, nil))
	}
	name, err := s.named(ctx, q, project, c.Where)
	if err != nil {
		return err
	}
	return ErrGivenOutside.Say("给定的权重里有 %d 间房不在%s：%s；请改由谁分摊，或去掉这些房屋", len(rooms), name, said(rooms, labels))
}

// said names the first few of some rooms; what has no label by its id.
func said(rooms []id.ID, labels map[id.ID]string) string {
	names := make([]string, 0, maxSaid)
	for _, r := range rooms[:min(len(rooms), maxSaid)] {
		name := labels[r]
		if name == "" {
			name = r.String()
		}
		names = append(names, name)
	}
	if len(rooms) > maxSaid {
		return fmt.Sprintf("%s 等 %d 间", strings.Join(names, "、"), len(rooms))
	}
	return strings.Join(names, "、")
}

// Pasted is what two columns, room and weight, say about the rooms of a place.
type Pasted struct {
	Weights []PastedWeight
	Faults  []LineFault
	Sum     money.Qty
	Without int      // rooms of the place that bear nothing
	Names   []string // of the first of them
}

// PastedWeight is a line that was understood.
type PastedWeight struct {
	Weight
	Label string
}

// LineFault is a line that was not, and why.
type LineFault struct {
	Line int
	Text string
	Why  string
}

// Paste reads the weights of rooms out of two columns as they are copied from a
// sheet; rooms may be spelled in any usual way, inside a building without its
// name. Nothing is kept. Errors: ErrLines, estate.ErrNoBuilding, estate.ErrNoUnit.
func (s *Service) Paste(ctx context.Context, q db.Q, project id.ID, w Where, text string) (Pasted, error) {
	out := Pasted{Weights: []PastedWeight{}, Faults: []LineFault{}, Names: []string{}}
	lines := readLines(text)
	if len(lines) > maxLines {
		return out, ErrLines.Say("一次最多粘贴 %d 行，现在有 %d 行；请按楼栋分成几张公摊单", maxLines, len(lines))
	}
	p, err := s.placeOf(ctx, q, project, w, lines)
	if err != nil {
		return out, err
	}
	first, bears := map[id.ID]int{}, map[id.ID]bool{}
	for i := range lines {
		l := &lines[i]
		why, room := l.why, found{}
		if why == "" {
			room, why = p.find(l.room)
		}
		if at := first[room.id]; why == "" && at > 0 {
			why = fmt.Sprintf("和第 %d 行是同一间房 %s", at, room.label)
		}
		if why != "" {
			out.Faults = append(out.Faults, LineFault{l.number, l.text, why})
			continue
		}
		first[room.id], bears[room.id] = l.number, l.weight > 0
		out.Weights = append(out.Weights, PastedWeight{Weight{room.id, l.weight}, room.label})
		out.Sum += l.weight
	}
	return out, s.without(ctx, q, project, w, bears, &out)
}

// without counts and names the rooms of the place that bear nothing.
func (s *Service) without(ctx context.Context, q db.Q, project id.ID, w Where, bears map[id.ID]bool, out *Pasted) error {
	rooms := []id.ID{}
	err := s.stream(ctx, q, project, w, func(r *estate.BillingRoom) error {
		if bears[r.ID] {
			return nil
		}
		if out.Without++; len(rooms) < maxShown {
			rooms = append(rooms, r.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	labels, err := s.estate.Labels(ctx, q, project, rooms)
	for _, r := range rooms {
		out.Names = append(out.Names, labels[r])
	}
	return err
}

type found struct {
	id      id.ID
	label   string
	outside bool // of the place
}

// place is where the rooms of a paste are looked for.
type place struct {
	name     string                 // empty for the whole project
	spelled  map[string][]found     // the rooms of the building by the ways to write them
	complete map[string]estate.Room // rooms of the project by their complete key
}

func (s *Service) placeOf(ctx context.Context, q db.Q, project id.ID, w Where, lines []line) (*place, error) {
	p := &place{spelled: map[string][]found{}}
	keys := []string{}
	for i := range lines {
		keys = append(keys, naming.FullKeys("", "", lines[i].room)...)
	}
	var err error
	if p.complete, err = s.estate.RoomsByKey(ctx, q, project, keys); err != nil || w == (Where{}) {
		return p, err
	}
	if p.name, err = s.named(ctx, q, project, w); err != nil {
		return nil, err
	}
	grid, err := s.estate.Grid(ctx, q, project, w.Building)
	if err != nil {
		return nil, err
	}
	units := map[id.ID]string{}
	for _, u := range grid.Units {
		units[u.ID] = naming.UnitKey(u.Name)
	}
	for _, f := range grid.Floors {
		for _, c := range f.Rooms {
			p.enter(naming.BuildingKey(grid.Building.Name), units[c.Unit], &c, w.Unit != 0 && c.Unit != w.Unit)
		}
	}
	return p, nil
}

// enter notes a room of the building under all its spellings, those without the
// building among them. Its number alone means it only inside of the place.
func (p *place) enter(building, unit string, c *estate.Cell, outside bool) {
	keys := naming.RoomKeys(building, unit, c.Name)
	if outside {
		keys = keys[:2]
	}
	if unit != "" {
		keys = append(slices.Clone(keys), naming.RoomKeys(unit, "", c.Name)[1])
	}
	for i, key := range keys {
		if !slices.Contains(keys[:i], key) {
			p.spelled[key] = append(p.spelled[key], found{c.ID, c.Label, outside})
		}
	}
}

// find is the room that a text means, or why it is none.
func (p *place) find(text string) (found, string) {
	rooms := p.meant(text)
	switch {
	case len(rooms) == 0 && p.name == "":
		return found{}, "没有这间房；请写全楼栋-单元-房号，如 3-2-1502"
	case len(rooms) == 0:
		return found{}, p.name + "里没有这间房"
	case len(rooms) > 1:
		return found{}, fmt.Sprintf("%d 间房都可以这样写：%s、%s；请写全楼栋-单元-房号", len(rooms), rooms[0].label, rooms[1].label)
	case rooms[0].outside:
		return found{}, fmt.Sprintf("%s 不在%s", rooms[0].label, p.name)
	}
	return rooms[0], ""
}

// meant are the rooms that a text may mean; a building or unit alone is none.
func (p *place) meant(text string) []found {
	out := []found{}
	add := func(r found) {
		if !slices.ContainsFunc(out, func(o found) bool { return o.id == r.id }) {
			out = append(out, r)
		}
	}
	if tight := naming.Tight(text); naming.Cut(tight, "号楼", "栋", "幢", "座", "单元") == tight {
		for _, key := range search.QueryRoomKeys(text) {
			for _, r := range p.spelled[key] {
				add(r)
			}
		}
	}
	for _, key := range naming.FullKeys("", "", text) {
		if r, ok := p.complete[key]; ok {
			add(found{r.ID, r.Label, p.name != ""})
		}
	}
	return out
}
