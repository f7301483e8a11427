package expense

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
	"linli/internal/ledger"
)

type categoryJSON struct {
	ID          id.ID          `json:"id"`
	Name        string         `json:"name"`
	Book        string         `json:"book" enum:"company,public" doc:"company 公司，public 公共收益（属于业主）"`
	Direction   string         `json:"direction" enum:"out,in" doc:"out 支出，in 收入（只有公共收益）"`
	Account     ledger.Account `json:"account" doc:"记入的科目"`
	AccountName string         `json:"account_name"`
	Active      bool           `json:"active"`
	Version     int            `json:"version"`
}

func toCategory(c *Category) categoryJSON {
	return categoryJSON{c.ID, c.Name, string(c.Book), string(c.Direction), c.Account, c.Account.Name(), c.Active, c.Version}
}

type categoriesOut struct {
	Body struct {
		Items []categoryJSON `json:"items" nullable:"false"`
	}
}

func toCategories(list []Category) *categoriesOut {
	out := &categoriesOut{}
	out.Body.Items = []categoryJSON{}
	for i := range list {
		out.Body.Items = append(out.Body.Items, toCategory(&list[i]))
	}
	return out
}

type projectIn struct {
	Project id.ID `path:"project"`
}

type categoryOut struct{ Body categoryJSON }

func (s *Service) apiCategories(ctx context.Context, _ actor.Actor, in *projectIn) (*categoriesOut, error) {
	list, err := s.Categories(ctx, s.db.Reader(ctx), in.Project)
	return toCategories(list), err
}

func (s *Service) apiAddCommon(ctx context.Context, who actor.Actor, in *projectIn) (*categoriesOut, error) {
	list, err := s.AddCommon(ctx, who, in.Project)
	return toCategories(list), err
}

func (s *Service) apiAddCategory(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Name      string `json:"name" minLength:"1" maxLength:"30"`
		Book      string `json:"book" enum:"company,public"`
		Direction string `json:"direction" enum:"out,in"`
		Account   int64  `json:"account,omitempty" enum:"6401,6402,6403,6601,6602,6603" doc:"公司支出记入的科目；公共收益不填"`
	}
}) (*categoryOut, error) {
	b := &in.Body
	c, err := s.AddCategory(ctx, who, in.Project, Category{Name: b.Name, Book: Book(b.Book), Direction: Direction(b.Direction), Account: ledger.Account(b.Account)})
	return &categoryOut{toCategory(&c)}, err
}

func (s *Service) apiEditCategory(ctx context.Context, who actor.Actor, in *struct {
	Project  id.ID `path:"project"`
	Category id.ID `path:"category" doc:"类别编号"`
	Body     struct {
		Name    string `json:"name" minLength:"1" maxLength:"30"`
		Active  bool   `json:"active" doc:"false 停用，已有的单据不变"`
		Version int    `json:"version"`
	}
}) (*categoryOut, error) {
	c, err := s.EditCategory(ctx, who, in.Project, in.Category, in.Body.Name, in.Body.Active, in.Body.Version)
	return &categoryOut{toCategory(&c)}, err
}
