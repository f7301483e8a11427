package estate

import (
	"context"
	"net/mail"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/estate/naming"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/search"
)

// The kinds of people.
const (
	KindPerson  = "person"
	KindCompany = "company"
)

// Person is a resident or company as one project knows it. Phone and ID
// number are only ever masked here; see Reveal.
type Person struct {
	ID        id.ID
	Name      string
	Kind      string
	Gender    string // male, female or empty
	Email     string
	PhoneMask string // 138****5678
	IDMask    string // 330106********0031
	Version   int
}

// PersonInput is a person as entered, phone and ID number in clear.
type PersonInput struct {
	Name, Kind, Gender, Email string
	Phone                     string // any usual spelling
	IDNumber                  string // 身份证号; of a company its 统一社会信用代码
}

// PersonEdit changes the fields that are not nil.
type PersonEdit struct {
	Version                                    int
	Name, Kind, Gender, Email, Phone, IDNumber *string
}

// sealedPerson is a person with the columns that only the store sees.
type sealedPerson struct {
	Person
	nameKey, sort             string
	phone, phoneBlind, phone4 string
	idNumber, idBlind         string
	clearPhone, clearID       string
}

// Check brings a person into our form. Errors: ErrName, ErrKind, ErrEmail,
// crypt.ErrPhone, crypt.ErrID.
func (in *PersonInput) Check() error {
	name, err := search.CleanName(in.Name)
	if err != nil {
		return at(err, "body.name", in.Name)
	}
	if in.Name = name; utf8.RuneCountInString(name) > naming.MaxName {
		return ErrName.At("body.name", "最多 60 个字", name)
	}
	if in.Kind == "" {
		in.Kind = KindPerson
	}
	if in.Kind != KindPerson && in.Kind != KindCompany {
		return ErrKind.At("body.kind", "应为个人或单位", in.Kind)
	}
	if in.Gender != "" && in.Gender != "male" && in.Gender != "female" {
		return ErrKind.At("body.gender", "应为男或女", in.Gender)
	}
	if in.Email = naming.Clean(in.Email); in.Email != "" {
		if a, err := mail.ParseAddress(in.Email); err != nil || a.Address != in.Email || len(in.Email) > 254 {
			return ErrEmail.At("body.email", ErrEmail.Text, in.Email)
		}
	}
	if strings.TrimSpace(in.Phone) == "" {
		in.Phone = ""
	} else if in.Phone, err = crypt.NormalizePhone(in.Phone); err != nil {
		return at(err, "body.phone", nil)
	}
	if in.IDNumber, err = CheckPaper(in.IDNumber, in.Kind); err != nil {
		return at(err, "body.id_number", nil)
	}
	return nil
}

// CheckPaper checks the number of an identity card; passports, permits and
// companies' codes hold a letter and are only held to length and alphabet.
func CheckPaper(s, kind string) (string, error) {
	s = strings.ToUpper(naming.Tight(s))
	if s == "" {
		return "", nil
	}
	letters := strings.Trim(s, "0123456789") != "" && strings.Trim(strings.TrimSuffix(s, "X"), "0123456789") != ""
	if kind != KindCompany && !letters {
		return crypt.CheckID(s)
	}
	if len(s) < 5 || len(s) > 20 || strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ()-") != "" {
		return "", crypt.ErrID.Say("证件号应为 5–20 位字母和数字，请核对")
	}
	return s, nil
}

func at(err error, location string, value any) error {
	if f := fault.As(err); f != nil {
		return f.At(location, f.Text, value)
	}
	return err
}

// seal prepares a checked person for storing.
func (s *Service) seal(project, person id.ID, in *PersonInput) (*sealedPerson, error) {
	p := &sealedPerson{Person: Person{ID: person, Name: in.Name, Kind: in.Kind, Gender: in.Gender, Email: in.Email, Version: 1},
		nameKey: search.Fold(in.Name), sort: search.PinyinKey(in.Name), clearPhone: in.Phone, clearID: in.IDNumber}
	var err error
	if in.Phone != "" {
		p.PhoneMask, p.phoneBlind = crypt.MaskPhone(in.Phone), s.ring.Blind(int64(project), "phone", in.Phone)
		p.phone4 = s.ring.Blind(int64(project), "phone4", lastDigits(in.Phone, 4))
		if p.phone, err = s.ring.Seal(in.Phone, place("phone", project, person)); err != nil {
			return nil, err
		}
	}
	if in.IDNumber != "" {
		p.IDMask, p.idBlind = crypt.MaskID(in.IDNumber), s.ring.Blind(int64(project), "idno", in.IDNumber)
		if p.idNumber, err = s.ring.Seal(in.IDNumber, place("idno", project, person)); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func place(column string, project, person id.ID) string {
	return "estate_person/" + column + "/" + project.String() + "/" + person.String()
}

func lastDigits(s string, n int) string {
	s = strings.ReplaceAll(s, "-", "")
	return s[max(0, len(s)-n):]
}

// terms are the search entries of a person's name.
func (p *sealedPerson) terms() []term {
	tokens := search.NameTokens(p.Name)
	out := make([]term, len(tokens))
	for i, t := range tokens {
		out[i] = term{t, p.ID, 0}
	}
	return out
}

// CreatePerson registers a person inside tx. Errors: ErrName, ErrKind,
// ErrEmail, crypt.ErrPhone, crypt.ErrID, ErrIDTaken.
func (s *Service) CreatePerson(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, in PersonInput) (Person, error) {
	if err := in.Check(); err != nil {
		return Person{}, err
	}
	if in.IDNumber != "" {
		// One at a time, or two desks register one person twice at once.
		if err := lockProject(ctx, tx, project); err != nil {
			return Person{}, err
		}
	}
	p, err := s.seal(project, tx.NewID(), &in)
	if err != nil {
		return Person{}, err
	}
	if err := s.idFree(ctx, tx, who, project, p); err != nil {
		return Person{}, err
	}
	if err := copyPeople(ctx, tx, project, []*sealedPerson{p}); err != nil {
		return Person{}, err
	}
	if err := copyTerms(ctx, tx, project, p.terms()); err != nil {
		return Person{}, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.person_created", Kind: "person", Subject: p.ID, Person: p.ID,
		Summary: "登记住户 " + p.Name, After: p.Person})
	return p.Person, nil
}

// idFree names the other bearer of an ID number only to who may read the whole
// project.
func (s *Service) idFree(ctx context.Context, q db.Q, who actor.Actor, project id.ID, p *sealedPerson) error {
	if p.idBlind == "" {
		return nil
	}
	others, err := peopleByBlind(ctx, q, project, "id_blind", []string{p.idBlind})
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.ID != p.ID && !who.Can(PermRead, project) {
			return ErrIDTaken
		}
		if o.ID != p.ID {
			return ErrIDTaken.Say("这个身份证号已登记在 %s 名下", o.Name)
		}
	}
	return nil
}

// EditPerson changes a person. Errors: as CreatePerson, fault.ErrStale,
// fault.ErrNotFound.
func (s *Service) EditPerson(ctx context.Context, tx *db.Tx, who actor.Actor, project, person id.ID, e PersonEdit) (Person, error) {
	if e.IDNumber != nil && *e.IDNumber != "" {
		if err := lockProject(ctx, tx, project); err != nil {
			return Person{}, err
		}
	}
	if err := lockPerson(ctx, tx, project, person); err != nil {
		return Person{}, err
	}
	old, err := sealedOne(ctx, tx, project, person)
	if err != nil {
		return Person{}, err
	}
	if old.Version != e.Version {
		return Person{}, fault.ErrStale
	}
	in, err := s.open(project, old)
	if err != nil {
		return Person{}, err
	}
	for _, f := range []struct{ to, from *string }{{&in.Name, e.Name}, {&in.Kind, e.Kind}, {&in.Gender, e.Gender}, {&in.Email, e.Email}, {&in.Phone, e.Phone}, {&in.IDNumber, e.IDNumber}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if err := in.Check(); err != nil {
		return Person{}, err
	}
	p, err := s.seal(project, person, &in)
	if err != nil {
		return Person{}, err
	}
	if err := s.idFree(ctx, tx, who, project, p); err != nil {
		return Person{}, err
	}
	p.Version = old.Version
	if err := updatePerson(ctx, tx, project, p); err != nil {
		return Person{}, err
	}
	if p.Name != old.Name {
		if err := replaceTerms(ctx, tx, project, old, p); err != nil {
			return Person{}, err
		}
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.person_changed", Kind: "person", Subject: person, Person: person,
		Summary: "修改住户 " + p.Name, Before: old.Person, After: p.Person})
	return p.Person, nil
}

// open is the person as it was entered.
func (s *Service) open(project id.ID, p *sealedPerson) (PersonInput, error) {
	in := PersonInput{Name: p.Name, Kind: p.Kind, Gender: p.Gender, Email: p.Email}
	var err error
	if p.phone != "" {
		if in.Phone, err = s.ring.Open(p.phone, place("phone", project, p.ID)); err != nil {
			return in, err
		}
	}
	if p.idNumber != "" {
		in.IDNumber, err = s.ring.Open(p.idNumber, place("idno", project, p.ID))
	}
	return in, err
}

// Reveal shows a phone or ID number in clear and writes down who asked why;
// the person can see that entry. field is phone or id_number. Who has looked at
// too many is refused, which is written down, too. Errors: ErrReason, ErrNoData,
// fault.ErrNotFound, what Deps.Look says.
func (s *Service) Reveal(ctx context.Context, who actor.Actor, project, person id.ID, field, reason string) (string, error) {
	reason = naming.Sentence(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 {
		return "", ErrReason.At("body.reason", ErrReason.Text, nil)
	}
	var value string
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		p, err := sealedOne(ctx, tx, project, person)
		if err != nil {
			return err
		}
		in, err := s.open(project, p)
		if err != nil {
			return err
		}
		what := ""
		switch field {
		case "phone":
			value, what = in.Phone, "手机号"
		case "id_number":
			value, what = in.IDNumber, "身份证号"
		default:
			return ErrKind.At("body.field", "应为手机号或身份证号", field)
		}
		if value == "" {
			return ErrNoData
		}
		if s.look != nil {
			if err := s.look(ctx, tx, who); err != nil {
				return err
			}
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.person_revealed", Kind: "person", Subject: person, Person: person,
			Summary: "查看 " + p.Name + " 的" + what + "：" + reason, After: map[string]string{"field": field, "reason": reason}})
		return nil
	})
	if err != nil {
		if f := fault.As(err); f != nil && f.Kind == fault.TooMany {
			s.audit.Refused(ctx, who, "reveal-person", "查看完整的手机号或证件号（记入日志）", project, 429)
		}
		return "", err
	}
	return value, nil
}

// Person reads one. Error: fault.ErrNotFound.
func (s *Service) Person(ctx context.Context, q db.Q, project, person id.ID) (Person, error) {
	return onePerson(ctx, q, project, person)
}

// PersonFilter narrows the list of people.
type PersonFilter struct {
	page.Request
	Text string // name, pinyin, phone, last four digits or ID number
	Part string // what they are to a room now

	Building              id.ID // where they live now
	Tag                   id.ID
	MovedFrom, MovedUntil clock.Date // of what lasts, both included
	Says                  FieldFilter
	Within                actor.Buildings // where they must live now
}

// People lists people by pinyin.
func (s *Service) People(ctx context.Context, project id.ID, f PersonFilter) (page.List[Person], error) {
	return s.listPeople(ctx, s.db.Reader(ctx), project, f)
}

// LockPerson locks a person for what another room keeps of him. Error:
// fault.ErrNotFound, also for who was forgotten.
func (s *Service) LockPerson(ctx context.Context, tx *db.Tx, project, person id.ID) error {
	if err := lockPerson(ctx, tx, project, person); err != nil {
		return err
	}
	_, err := onePerson(ctx, tx, project, person)
	return err
}
