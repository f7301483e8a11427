package notify

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Words fill the placeholders of a text by their names.
type Words map[string]string

// The kinds of messages.
const (
	KindBill   = "bill"
	KindBefore = "before"
	KindDue    = "due"
	KindAfter  = "after"
	KindPaid   = "paid"
	KindBack   = "back" // a receipt that was told of does not count any more, or in part
	// KindReturned tells that prepaid money was paid out.
	KindReturned = "returned"
	KindTest     = "test"
)

// ofMoney reports whether a kind tells of money that came or went, and asks for none.
func ofMoney(kind string) bool { return kind == KindPaid || kind == KindBack || kind == KindReturned }

// Kinds are the kinds that have texts, with their names.
func Kinds() []Named {
	return []Named{{KindBill, "账单"}, {KindBefore, "到期前提醒"}, {KindDue, "到期日提醒"}, {KindAfter, "逾期提醒"}, {KindPaid, "收款通知"}, {KindBack, "作废和退款通知"}, {KindReturned, "退预存通知"},
		{KindCode, "验证码"}, {KindAlert, "账号变动提醒"}}
}

// Named is a code with its name.
type Named struct{ Key, Name string }

// Placeholder is what a text may hold in braces. Templates approved by a
// carrier of SMS name it by its Latin name.
type Placeholder struct{ Name, Latin, Example string }

// forStaff are the placeholders of messages to the staff; those have the name
// and the company besides, and no other.
func forStaff() []string { return []string{"验证码", "用途", "账号", "事项"} }

// ofKinds are the placeholders that messages of some kinds have alone; whoever is
// asked for money has those of it.
func ofKinds() map[string][]string {
	owed := []string{KindBill, KindBefore, KindDue, KindAfter, KindTest}
	return map[string][]string{"应缴日": owed, "账期": owed, "天数": owed, "收据": {KindPaid, KindBack, KindReturned}, "方式": {KindPaid, KindReturned}, "变动": {KindBack}}
}

func (p *Placeholder) fits(kind string) bool {
	if p.Name == "姓名" || p.Name == "公司" {
		return true
	}
	if kinds, some := ofKinds()[p.Name]; some {
		return slices.Contains(kinds, kind)
	}
	return slices.Contains(forStaff(), p.Name) == toStaff(kind)
}

// Placeholders are all there are.
func Placeholders() []Placeholder {
	return []Placeholder{{"姓名", "name", "陈建国"}, {"房屋", "room", "1栋1单元101"}, {"金额", "amount", "300.00"}, {"应缴日", "due", "2026-11-30"}, {"账期", "month", "2026-11"},
		{"天数", "days", "7"}, {"收据", "receipt", "SJ2026-000123"}, {"方式", "way", "微信"}, {"变动", "change", "已作废"}, {"项目", "project", "翠湖花园"}, {"公司", "company", "杭州翠湖物业服务有限公司"}, {"联系", "contact", "服务中心 0571-85712345"},
		{"验证码", "code", "483920"}, {"用途", "purpose", "找回密码"}, {"账号", "account", "lixuemei"}, {"事项", "what", "的密码已用验证码重新设置"}}
}

// Template is a text of a project for a kind and a channel.
type Template struct {
	Kind    string
	Channel string
	Subject string // of mail and of a message on a page
	Body    string
	Code    string // of SMS: number of the template approved by Aliyun
	// CodeTencent is the number of the same text as approved by Tencent.
	CodeTencent string
	Version     int // 0 while it is the usual
}

// codeAt is the number of the approved template at a carrier.
func (t *Template) codeAt(carrier string) string {
	switch carrier {
	case Aliyun:
		return t.Code
	case Tencent:
		return t.CodeTencent
	}
	return ""
}

func usualTemplate(kind, channel string) Template {
	t := Template{Kind: kind, Channel: channel}
	line := map[string]string{
		KindBill:     "您{房屋} {账期} 的账单已出，应缴 {金额} 元，请在 {应缴日} 前缴纳。",
		KindBefore:   "您{房屋}还有 {金额} 元费用将于 {应缴日} 到期，还有 {天数} 天。",
		KindDue:      "您{房屋}有 {金额} 元费用今天到期。",
		KindAfter:    "您{房屋}有 {金额} 元费用已过应缴日 {应缴日} {天数} 天，请尽快缴纳。",
		KindPaid:     "您{房屋}缴纳的 {金额} 元已收到（{方式}），收据号 {收据}。",
		KindBack:     "您{房屋}的收据 {收据} {变动}，{金额} 元不再算已收。",
		KindReturned: "您{房屋}的预存已退还 {金额} 元（{方式}），红字收据号 {收据}。",
		KindCode:     "您的验证码是 {验证码}，10 分钟内有效，请勿告诉他人。",
		KindAlert:    "您的账号 {账号} {事项}。不是您本人操作的，请马上告诉管理员。",
	}[kind]
	if channel == SMS {
		t.Body = strings.NewReplacer("您{房屋}", "{房屋}").Replace(line)
		return t
	}
	if channel == Inbox {
		// No name, and nothing that is wrong when it is read a week later.
		t.Subject = map[string]string{KindBill: "{账期} 的账单：{金额} 元", KindBefore: "{金额} 元将于 {应缴日} 到期", KindDue: "{金额} 元 {应缴日} 到期",
			KindAfter: "{金额} 元已过应缴日 {应缴日}", KindPaid: "已收到 {金额} 元", KindBack: "收据 {收据} {变动}：{金额} 元", KindReturned: "预存已退还 {金额} 元"}[kind]
		t.Body = map[string]string{KindBill: line, KindBefore: "您{房屋}有 {金额} 元费用将于 {应缴日} 到期，请记得缴纳。", KindDue: "您{房屋}有 {金额} 元费用于 {应缴日} 到期，请记得缴纳。",
			KindAfter: "您{房屋}有 {金额} 元费用已过应缴日 {应缴日}，请尽快缴纳。", KindPaid: line, KindBack: line + "还要缴多少，看账单。", KindReturned: line}[kind] + "\n\n" + asking(kind) + "\n\n{公司}"
		return t
	}
	t.Subject = map[string]string{KindBill: "{项目} {账期}账单：{金额} 元", KindBefore: "{项目}：{金额} 元将于 {应缴日} 到期", KindDue: "{项目}：{金额} 元今天到期",
		KindAfter: "{项目}：{金额} 元已过应缴日", KindPaid: "{项目}：已收到 {金额} 元", KindBack: "{项目}：收据 {收据} {变动}，{金额} 元", KindReturned: "{项目}：预存已退还 {金额} 元",
		KindCode: "{用途}的验证码：{验证码}", KindAlert: "您的账号 {账号} {事项}"}[kind]
	if toStaff(kind) {
		t.Body = "{姓名}：\n\n" + line + "\n\n{公司}"
		return t
	}
	t.Body = "{姓名}：\n\n" + line + "\n\n" + asking(kind) + "\n\n{公司}"
	return t
}

// asking is the line that says where to turn.
func asking(kind string) string {
	if ofMoney(kind) {
		return "对金额有疑问，请联系{联系}。"
	}
	return "已经缴纳的请不必理会。对金额有疑问，请联系{联系}。"
}

// KindName is what a kind is called.
func KindName(kind string) string {
	for _, k := range Kinds() {
		if k.Key == kind {
			return k.Name
		}
	}
	return "试发"
}

func knownKind(kind string) bool {
	return slices.ContainsFunc(Kinds(), func(k Named) bool { return k.Key == kind })
}

// braces find placeholders.
func braces() *regexp.Regexp { return regexp.MustCompile(`\{([^{}]*)\}`) }

func (s *Service) checkTemplate(t *Template) error {
	t.Subject, t.Body, t.Code, t.CodeTencent = strings.TrimSpace(t.Subject), strings.TrimSpace(t.Body), strings.TrimSpace(t.Code), strings.TrimSpace(t.CodeTencent)
	if !knownKind(t.Kind) || t.Channel == Inbox && toStaff(t.Kind) || !slices.Contains(s.channels(), t.Channel) {
		return fault.ErrNotFound
	}
	if n := utf8.RuneCountInString(t.Body); n < 5 || n > 2000 {
		return ErrTemplate.At("body.body", "5–2000 个字", nil)
	}
	if n := utf8.RuneCountInString(t.Subject); t.Channel != SMS && (n < 2 || n > 100) || strings.ContainsAny(t.Subject, "\r\n") {
		return ErrTemplate.At("body.subject", "一行，2–100 个字", t.Subject)
	}
	for field, text := range map[string]string{"subject": t.Subject, "body": t.Body} {
		for _, m := range braces().FindAllStringSubmatch(text, -1) {
			if !slices.ContainsFunc(Placeholders(), func(p Placeholder) bool { return p.Name == m[1] && p.fits(t.Kind) }) {
				return ErrTemplate.At("body."+field, "没有“{"+m[1]+"}”这个占位", m[0])
			}
		}
		if s.Lawful != nil {
			if err := s.Lawful(text); err != nil {
				return err
			}
		}
	}
	return nil
}

// fill puts words into a text.
func fill(text string, w Words) string {
	return braces().ReplaceAllStringFunc(text, func(m string) string {
		if v, ok := w[strings.Trim(m, "{}")]; ok {
			return v
		}
		return m
	})
}

// used are the words that a text asks for, by their Latin names.
func used(text string, w Words) map[string]string {
	out := map[string]string{}
	for _, p := range Placeholders() {
		if strings.Contains(text, "{"+p.Name+"}") {
			out[p.Latin] = w[p.Name]
		}
	}
	return out
}

// row are the words of the placeholders of a text, one for each in its order.
func row(text string, w Words) []string {
	out := []string{}
	for _, m := range braces().FindAllStringSubmatch(text, -1) {
		out = append(out, w[m[1]])
	}
	return out
}

// examples are words for every placeholder.
func examples() Words {
	w := Words{}
	for _, p := range Placeholders() {
		w[p.Name] = p.Example
	}
	return w
}

// Preview fills a text with the examples. Errors: ErrTemplate, those of Lawful.
func (s *Service) Preview(t Template) (Template, error) {
	if err := s.checkTemplate(&t); err != nil {
		return t, err
	}
	w := shown(t.Channel, examples())
	t.Subject, t.Body = fill(t.Subject, w), fill(t.Body, w)
	return t, nil
}

// Templates are the texts of a project for every kind and channel.
func (s *Service) Templates(ctx context.Context, q db.Q, project id.ID) ([]Template, error) {
	out := []Template{}
	for _, channel := range s.channels() {
		for _, k := range Kinds() {
			if channel == Inbox && toStaff(k.Key) {
				continue
			}
			t, err := oneTemplate(ctx, q, project, k.Key, channel)
			if err != nil {
				return nil, fmt.Errorf("list templates: %w", err)
			}
			out = append(out, t)
		}
	}
	return out, nil
}

// SetTemplate changes a text; messages that wait go out with the new one.
// Errors: ErrTemplate, those of Lawful, fault.ErrStale, fault.ErrNotFound.
func (s *Service) SetTemplate(ctx context.Context, who actor.Actor, project id.ID, t Template) (Template, error) {
	if err := s.checkTemplate(&t); err != nil {
		return t, err
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		before, err := oneTemplate(ctx, tx, project, t.Kind, t.Channel)
		if err != nil {
			return err
		}
		if before.Version != t.Version {
			return fault.ErrStale
		}
		t.Version++
		s.Record(tx, Note{Project: project, Who: who, Action: "notify.template_changed", Kind: "notify_template", Subject: project,
			Summary: "修改消息模板", Before: before, After: t})
		return putTemplate(ctx, tx, project, &t)
	})
	if err != nil {
		return t, fmt.Errorf("set template: %w", err)
	}
	return t, nil
}
