package expense

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/ledger"
)

// Book says whose money it is.
type Book string

// The books.
const (
	Company Book = "company" // the company's own
	Public  Book = "public"  // of the common parts, which is the owners' (民法典 282)
)

// Direction is whether money goes out or comes in.
type Direction string

// The directions; only the common parts take in here, what households pay is
// billed.
const (
	Out Direction = "out"
	In  Direction = "in"
)

// Category is one kind of expense and the account it is posted to.
type Category struct {
	ID        id.ID
	Name      string
	Book      Book
	Direction Direction
	Account   ledger.Account
	Active    bool
	Version   int
}

const maxName = 30

// check trims and refuses what cannot be posted.
func (c *Category) check() error {
	c.Name = strings.TrimSpace(c.Name)
	if n := utf8.RuneCountInString(c.Name); n == 0 || n > maxName {
		return ErrCategory.Say("请填写类别名称").At("body.name", "1–30 个字", c.Name)
	}
	switch {
	case c.Book == Public && (c.Direction == In || c.Direction == Out):
		c.Account = ledger.PublicFund
	case c.Book == Company && c.Direction == Out:
		if !c.Account.Cost() {
			return ErrCategory.Say("请选择记入哪个科目").At("body.account", "应是成本或费用科目", int64(c.Account))
		}
	default:
		return ErrCategory.Say("公司的收入由账单产生，这里只有公共收益可以登记收入").At("body.direction", "公司类别只能是支出", string(c.Direction))
	}
	return nil
}

// common are the categories that nearly every property company has.
func common() []Category {
	company := func(name string, a ledger.Account) Category {
		return Category{Name: name, Book: Company, Direction: Out, Account: a}
	}
	return []Category{company("人员工资", ledger.MainCost), company("保洁费", ledger.MainCost), company("保安费", ledger.MainCost),
		company("绿化费", ledger.MainCost), company("维修费", ledger.MainCost), company("公共水电费", ledger.MainCost), company("物料采购", ledger.MainCost),
		company("电梯维保费", ledger.MainCost), company("办公费", ledger.AdminCost), company("税金", ledger.Taxes), company("银行手续费", ledger.FinancialCost),
		{Name: "公共部位广告收入", Book: Public, Direction: In}, {Name: "公共车位收入", Book: Public, Direction: In}, {Name: "公共收益成本", Book: Public, Direction: Out}}
}

// AddCommon adds the usual categories that a project lacks by name, and
// answers all active ones.
func (s *Service) AddCommon(ctx context.Context, who actor.Actor, project id.ID) ([]Category, error) {
	var out []Category
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		have, err := listCategories(ctx, tx, project)
		if err != nil {
			return fmt.Errorf("list categories: %w", err)
		}
		for _, c := range common() {
			if slices.ContainsFunc(have, func(x Category) bool { return x.Name == c.Name }) {
				continue
			}
			if _, err := s.addCategory(ctx, tx, who, project, c); err != nil {
				return err
			}
		}
		out, err = listCategories(ctx, tx, project)
		return err
	})
	return out, err
}

// AddCategory makes a category. Errors: ErrCategory, ErrTaken.
func (s *Service) AddCategory(ctx context.Context, who actor.Actor, project id.ID, c Category) (Category, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		c, err = s.addCategory(ctx, tx, who, project, c)
		return err
	})
	return c, err
}

func (s *Service) addCategory(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, c Category) (Category, error) {
	if err := c.check(); err != nil {
		return c, err
	}
	c.ID, c.Active, c.Version = tx.NewID(), true, 1
	if err := insertCategory(ctx, tx, project, &c); err != nil {
		return c, named(err)
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "expense.category_added", Kind: "expense_category", Subject: c.ID,
		Summary: "新建支出类别：" + c.Name, After: c.facts()})
	return c, nil
}

func named(err error) error {
	if db.IsUnique(err) {
		return ErrTaken.Because(err)
	}
	return fmt.Errorf("write category: %w", err)
}

func (c *Category) facts() map[string]any {
	return map[string]any{"name": c.Name, "book": c.Book, "direction": c.Direction, "account": c.Account, "active": c.Active}
}

// EditCategory changes name and use of a category; whose money it is and the
// account stay, so that what is posted keeps its meaning. Errors: ErrCategory,
// ErrTaken, fault.ErrStale, fault.ErrNotFound.
func (s *Service) EditCategory(ctx context.Context, who actor.Actor, project, category id.ID, name string, active bool, version int) (Category, error) {
	var c Category
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockCategory(ctx, tx, project, category); err != nil {
			return err
		}
		old, err := oneCategory(ctx, tx, project, category)
		if err != nil {
			return err
		}
		if old.Version != version {
			return fault.ErrStale
		}
		c = old
		c.Name, c.Active = name, active
		if err := c.check(); err != nil {
			return err
		}
		c.Version++
		if err := updateCategory(ctx, tx, project, &c); err != nil {
			return named(err)
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "expense.category_edited", Kind: "expense_category", Subject: c.ID,
			Summary: "修改支出类别：" + c.Name, Before: old.facts(), After: c.facts()})
		return nil
	})
	return c, err
}

// Categories are all categories of a project, by name.
func (s *Service) Categories(ctx context.Context, q db.Q, project id.ID) ([]Category, error) {
	out, err := listCategories(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("list categories: %w", err)
	}
	return out, nil
}
