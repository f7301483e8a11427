package estate

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/estate/naming"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/search"
)

// The kinds of projects.
const (
	KindResidential = "residential" // 住宅小区
	KindApartment   = "apartment"   // 公寓
	KindOffice      = "office"      // 写字楼
)

// Project is a 小区/项目, the key and boundary of everything in it.
type Project struct {
	ID        id.ID
	Name      string
	Kind      string
	Address   string
	LandArea  money.Area // ㎡ ×10⁻²
	BuiltArea money.Area // ㎡ ×10⁻²
	State     string     // active, closed
	Rooms     int
	Version   int
}

func (p *Project) check() error {
	p.Name, p.Address = naming.Clean(p.Name), naming.Clean(p.Address)
	if n := utf8.RuneCountInString(p.Name); n == 0 || n > naming.MaxName {
		return ErrName.At("body.name", "要填写，最多 60 个字", p.Name)
	}
	if p.Kind != KindResidential && p.Kind != KindApartment && p.Kind != KindOffice {
		return ErrKind.At("body.kind", "应为住宅、公寓或写字楼", p.Kind)
	}
	if p.State == "" {
		p.State = "active"
	}
	if p.State != "active" && p.State != "closed" {
		return ErrKind.At("body.state", "应为在管或已撤出", p.State)
	}
	if p.LandArea < 0 || p.LandArea > maxLand || p.BuiltArea < 0 || p.BuiltArea > maxLand {
		return ErrArea.Say("面积要在 0–1 亿㎡ 之间")
	}
	return nil
}

const (
	maxArea money.Area = 1_000_000_00
	maxLand money.Area = 100_000_000_00
)

// AreaOK tells whether an area can be one.
func AreaOK(a money.Area) bool { return a >= 0 && a <= maxArea }

// CreateProject makes a project inside tx. Errors: ErrName, ErrKind, ErrArea.
func (s *Service) CreateProject(ctx context.Context, tx *db.Tx, who actor.Actor, p Project) (Project, error) {
	if err := p.check(); err != nil {
		return Project{}, err
	}
	p.ID, p.Version, p.Rooms = tx.NewID(), 1, 0
	if err := insertProject(ctx, tx, &p); err != nil {
		return Project{}, err
	}
	s.audit.Record(tx, audit.Entry{Project: p.ID, Who: who, Action: "estate.project_created", Kind: "project", Subject: p.ID,
		Summary: "新建项目 " + p.Name, After: p})
	return p, nil
}

// Projects lists every project the actor sees, by name as it is pronounced.
func (s *Service) Projects(ctx context.Context, who actor.Actor) ([]Project, error) {
	all, err := projects(ctx, s.db.Reader(ctx))
	if err != nil {
		return nil, err
	}
	out := make([]Project, 0, len(all))
	for _, p := range all {
		if who.Sees(p.ID) {
			out = append(out, p.shownTo(who))
		}
	}
	keys := make(map[id.ID]string, len(out))
	for i := range out {
		keys[out[i].ID] = search.PinyinKey(out[i].Name)
	}
	slices.SortStableFunc(out, func(a, b Project) int { return strings.Compare(keys[a.ID], keys[b.ID]) })
	return out, nil
}

// shownTo leaves out of a project what is more than its name, for those who
// answer for some buildings of it.
func (p Project) shownTo(who actor.Actor) Project {
	if !who.SeesWhole(p.ID) {
		p.LandArea, p.BuiltArea, p.Rooms = 0, 0, 0
	}
	return p
}

// Project reads one. Error: fault.ErrNotFound.
func (s *Service) Project(ctx context.Context, q db.Q, project id.ID) (Project, error) {
	return oneProject(ctx, q, project)
}
