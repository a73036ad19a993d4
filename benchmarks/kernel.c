/*
 * The kernel in C: what `sim/engine/lean.py` plays, by the same rules and with the same structures,
 * and a version for a single queue that needs no events at all. Both are limits to measure
 * against, and are held to the outcomes of the product by a test.
 *
 *     cc -O3 -march=native -shared -fPIC kernel.c
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef int64_t i64;
typedef uint32_t u32;
typedef uint8_t u8;

enum { BITS = 25, KIND_BITS = 4 };
enum { NOT_MADE, SERVED, ABANDONED, BLOCKED, CLOSED, WAITING };
enum { OVERFLOWS = 3, HANGUP = 4, PATIENCE = 7, ARRIVAL = 9 };

static const i64 MASK = ((i64)1 << BITS) - 1;
static const i64 KINDS = (1 << KIND_BITS) - 1;
static const i64 FAR = INT64_MAX;
static const i64 NEVER = (i64)1 << 62;
static const i64 LIMIT = (i64)1 << 34;
static const i64 NONE = -1;

/* One day, and what became of it: `native.py` has the same fields in the same order. */
typedef struct {
    i64 attempts, fresh, agents, queues, groups, abandon_links, busy_links;
    const i64 *due;
    const u8 *queue;
    const i64 *handle, *acw, *patience;
    const int32_t *after_abandon, *after_busy;
    const i64 *start, *end;
    const u8 *group;
    const i64 *preference, *priority, *after, *reserve, *pace, *lines;
    const i64 *open_of, *open_start, *open_end;
    u8 *status;
    i64 *arrival, *wait;
    int32_t *agent;
    i64 *talk, *wrap, *began, *busy, *left;
} Day;

static inline i64 least(i64 a, i64 b) { return a < b ? a : b; }
static inline i64 most(i64 a, i64 b) { return a > b ? a : b; }

/* --- a four-way heap of keys ------------------------------------------------------------------ */

static inline void push(i64 *heap, i64 key)
{
    i64 slot = heap[0] + 1;
    heap[0] = slot;
    heap[slot + 3] = FAR;
    while (slot > 1) {
        i64 parent = (slot + 2) >> 2;
        if (heap[parent] <= key)
            break;
        heap[slot] = heap[parent];
        slot = parent;
    }
    heap[slot] = key;
}

static inline void pop(i64 *heap)
{
    i64 size = heap[0], key = heap[size], slot = 1, child = 2;
    heap[size] = FAR;
    heap[0] = size - 1;
    while (child < size) {
        i64 first = heap[child], second = heap[child + 1];
        i64 third = heap[child + 2], fourth = heap[child + 3];
        i64 left = first <= second ? child : child + 1;
        i64 right = third <= fourth ? child + 2 : child + 3;
        i64 low = least(first, second), high = least(third, fourth);
        left = high < low ? right : left;
        low = least(low, high);
        if (low >= key)
            break;
        heap[slot] = low;
        slot = left;
        child = (slot << 2) - 2;
    }
    if (size > 1)
        heap[slot] = key;
}

static i64 *new_heap(i64 size)
{
    i64 *heap = malloc((size + 5) * sizeof *heap);
    if (heap) {
        heap[0] = 0;
        for (int k = 1; k < 5; k++)
            heap[k] = FAR;
    }
    return heap;
}

/* --- a winner tree with a leaf for each agent at work ----------------------------------------- */

typedef struct {
    i64 *keys, *free, *seat;
    i64 leaves, root, taken;
} Tree;

static int new_tree(Tree *tree, i64 agents)
{
    tree->leaves = 1;
    while (tree->leaves < agents)
        tree->leaves <<= 1;
    tree->root = tree->leaves;
    tree->taken = 0;
    tree->keys = malloc(2 * tree->leaves * sizeof(i64));
    tree->free = malloc(tree->leaves * sizeof(i64));
    tree->seat = calloc(agents + 1, sizeof(i64));
    if (!tree->keys || !tree->free || !tree->seat)
        return 0;
    for (i64 k = 0; k < 2 * tree->leaves; k++)
        tree->keys[k] = FAR;
    for (i64 k = 0; k < tree->leaves; k++)
        tree->free[k] = tree->leaves + k;
    return 1;
}

static void drop_tree(Tree *tree)
{
    free(tree->keys);
    free(tree->free);
    free(tree->seat);
}

static inline void sit_down(Tree *tree, i64 agent)
{
    i64 taken = tree->taken++, root = tree->root;
    tree->seat[agent] = tree->free[taken];
    if (taken >= tree->leaves / root) {
        tree->keys[root >> 1] = tree->keys[root];
        tree->root = root >> 1;
    }
}

static inline void get_up(Tree *tree, i64 agent)
{
    tree->free[--tree->taken] = tree->seat[agent];
}

static inline void set_key(Tree *tree, i64 agent, i64 key)
{
    i64 node = tree->seat[agent], root = tree->root, *keys = tree->keys;
    keys[node] = key;
    while (node > root) {
        key = least(key, keys[node ^ 1]);
        node >>= 1;
        keys[node] = key;
    }
}

/* --- linked lists ----------------------------------------------------------------------------- */

typedef struct {
    u32 *next, *last;
} Lists;

static int new_lists(Lists *lists, i64 items, i64 number)
{
    lists->next = malloc((items + number) * sizeof(u32));
    lists->last = malloc((items + number) * sizeof(u32));
    if (!lists->next || !lists->last)
        return 0;
    for (i64 k = items; k < items + number; k++)
        lists->next[k] = lists->last[k] = (u32)k;
    return 1;
}

static void drop_lists(Lists *lists)
{
    free(lists->next);
    free(lists->last);
}

static inline void append(Lists *lists, u32 end, u32 item)
{
    u32 last = lists->last[end];
    lists->next[last] = item;
    lists->last[item] = last;
    lists->next[item] = end;
    lists->last[end] = item;
}

static inline void unlink_item(Lists *lists, u32 item)
{
    u32 before = lists->last[item], behind = lists->next[item];
    lists->next[before] = behind;
    lists->last[behind] = before;
}

/* --- the state of play ------------------------------------------------------------------------ */

typedef struct {
    Tree tree;
    Lists waiting, resting;
    i64 *timers, *idle, *idle_number, *used, *opening;
    u32 *leaver;
    /* Choices in order: of a queue among groups, of a group among queues; `FAR` ends a row. */
    u8 *route_group, *route_queue;
    i64 *group_tier, *queue_tier, *steps;
} Floor;

static int by_value(const void *a, const void *b)
{
    i64 x = *(const i64 *)a, y = *(const i64 *)b;
    return (x > y) - (x < y);
}

/* Sort columns 0 to n-1 by rank, stably; a row of tiers has one more, that ends it. */
static void in_order(i64 n, const i64 *rank, u8 *column, i64 *tier)
{
    for (i64 k = 0; k < n; k++) {
        i64 at = k;
        for (; at > 0 && tier[at - 1] > rank[k]; at--) {
            tier[at] = tier[at - 1];
            column[at] = column[at - 1];
        }
        tier[at] = rank[k];
        column[at] = (u8)k;
    }
    tier[n] = FAR;
}

static int plan_routes(const Day *day, Floor *floor)
{
    i64 queues = day->queues, groups = day->groups, room = most(queues, groups) + 1;
    i64 rank[256];
    floor->route_group = malloc(queues * groups + 1);
    floor->route_queue = malloc(queues * groups + 1);
    floor->group_tier = malloc(queues * (groups + 1) * sizeof(i64));
    floor->queue_tier = malloc(groups * (queues + 1) * sizeof(i64));
    floor->steps = malloc(queues * (groups + 1) * sizeof(i64));
    if (!floor->route_group || !floor->route_queue || !floor->group_tier || !floor->queue_tier ||
        !floor->steps || room > 256)
        return 0;
    for (i64 q = 0; q < queues; q++) {
        const i64 *preference = day->preference + q * groups;
        i64 *steps = floor->steps + q * (groups + 1);
        for (i64 g = 0; g < groups; g++) {
            rank[g] = preference[g] >= 0 ? preference[g] : FAR;
            steps[g] = preference[g] >= 0 ? least(day->after[q * groups + g], LIMIT) : LIMIT;
        }
        in_order(groups, rank, floor->route_group + q * groups, floor->group_tier + q * (groups + 1));
        steps[groups] = LIMIT;
        qsort(steps, groups, sizeof *steps, by_value);
    }
    for (i64 g = 0; g < groups; g++) {
        for (i64 q = 0; q < queues; q++)
            rank[q] = day->preference[q * groups + g] >= 0 ? day->priority[q * groups + g] : FAR;
        in_order(queues, rank, floor->route_queue + g * queues, floor->queue_tier + g * (queues + 1));
    }
    return 1;
}

static int plan_leavers(const Day *day, Floor *floor)
{
    i64 *keys = malloc((day->agents + 1) * sizeof *keys);
    floor->leaver = malloc((day->agents + 1) * sizeof *floor->leaver);
    if (!keys || !floor->leaver) {
        free(keys);
        return 0;
    }
    for (i64 k = 0; k < day->agents; k++)
        keys[k] = day->end[k] << BITS | k;
    qsort(keys, day->agents, sizeof *keys, by_value);
    for (i64 k = 0; k < day->agents; k++)
        floor->leaver[k] = (u32)(keys[k] & MASK);
    free(keys);
    return 1;
}

static int new_floor(const Day *day, Floor *floor)
{
    floor->timers = new_heap(3 * day->attempts);
    floor->idle = malloc((day->agents + 1) * sizeof(i64));
    floor->idle_number = calloc(day->groups + 1, sizeof(i64));
    floor->used = calloc(day->queues + 1, sizeof(i64));
    floor->opening = malloc((day->queues + 1) * sizeof(i64));
    if (!floor->timers || !floor->idle || !floor->idle_number || !floor->used || !floor->opening)
        return 0;
    for (i64 k = 0; k < day->agents; k++)
        floor->idle[k] = NONE;
    memcpy(floor->opening, day->open_of, (day->queues + 1) * sizeof(i64));
    return new_tree(&floor->tree, day->agents) &&
           new_lists(&floor->waiting, day->attempts, day->queues) &&
           new_lists(&floor->resting, day->agents, day->groups) && plan_routes(day, floor) &&
           plan_leavers(day, floor);
}

static void drop_floor(Floor *floor)
{
    void *parts[] = {floor->timers,      floor->idle,        floor->idle_number, floor->used,
                     floor->opening,     floor->leaver,      floor->route_group, floor->route_queue,
                     floor->group_tier,  floor->queue_tier,  floor->steps};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
        free(parts[k]);
    drop_tree(&floor->tree);
    drop_lists(&floor->waiting);
    drop_lists(&floor->resting);
}

/* --- rules ------------------------------------------------------------------------------------ */

static inline void set_timer(Floor *floor, i64 tick, i64 kind, i64 attempt)
{
    if (tick < LIMIT)
        push(floor->timers, ((tick << KIND_BITS) | kind) << BITS | attempt);
}

static inline void follow(const Day *day, Floor *floor, const int32_t *link, i64 links, i64 attempt,
                          i64 now)
{
    i64 later = links > 0 ? link[attempt] : NONE;
    if (later >= 0)
        set_timer(floor, now + day->due[later], ARRIVAL, later);
}

static inline int is_open(const Day *day, i64 *opening, i64 way, i64 now)
{
    i64 row = opening[way], stop = day->open_of[way + 1];
    while (row < stop && day->open_end[row] <= now)
        row++;
    opening[way] = row;
    return row < stop && day->open_start[row] <= now;
}

static inline int enter(Day *day, Floor *floor, i64 contact, i64 now)
{
    i64 way = day->queue[contact];
    day->arrival[contact] = now;
    if (!is_open(day, floor->opening, way, now)) {
        day->status[contact] = CLOSED;
        return 0;
    }
    if (floor->used[way] >= day->lines[way]) {
        day->status[contact] = BLOCKED;
        follow(day, floor, day->after_busy, day->busy_links, contact, now);
        return 0;
    }
    floor->used[way]++;
    return 1;
}

static inline void stir(const Day *day, Floor *floor, i64 agent)
{
    floor->idle[agent] = NONE;
    floor->idle_number[day->group[agent]]--;
    unlink_item(&floor->resting, (u32)agent);
}

static inline i64 idle_agent(const Day *day, const Floor *floor, i64 way, i64 waited)
{
    const i64 groups = day->groups, *tiers = floor->group_tier + way * (groups + 1);
    const u8 *route = floor->route_group + way * groups;
    i64 found = NONE, best = FAR, k = 0, tier = tiers[0];
    while (tier < FAR && tiers[k] <= tier) {
        i64 group = route[k], agent = floor->resting.next[day->agents + group];
        if (agent < day->agents && floor->idle[agent] < best &&
            day->after[way * groups + group] <= waited &&
            day->reserve[way * groups + group] < floor->idle_number[group]) {
            found = agent;
            best = floor->idle[agent];
        }
        k++;
        if (found < 0)
            tier = tiers[k];
    }
    return found;
}

static inline i64 next_contact(const Day *day, const Floor *floor, i64 group, i64 now)
{
    const i64 groups = day->groups, *tiers = floor->queue_tier + group * (day->queues + 1);
    const u8 *route = floor->route_queue + group * day->queues;
    i64 found = NONE, oldest = FAR, k = 0, tier = tiers[0];
    while (tier < FAR && tiers[k] <= tier) {
        i64 way = route[k], head = floor->waiting.next[day->attempts + way];
        if (head < day->attempts && day->reserve[way * groups + group] <= floor->idle_number[group] &&
            now - day->arrival[head] >= day->after[way * groups + group]) {
            i64 since = day->arrival[head];
            if (since < oldest || (since == oldest && head < found)) {
                found = head;
                oldest = since;
            }
        }
        k++;
        if (found < 0)
            tier = tiers[k];
    }
    return found;
}

static inline void wait_on(Day *day, Floor *floor, i64 contact, i64 now)
{
    i64 way = day->queue[contact], since = day->arrival[contact], k = 0;
    const i64 *steps = floor->steps + way * (day->groups + 1);
    if (day->status[contact] == NOT_MADE) {
        day->status[contact] = WAITING;
        append(&floor->waiting, (u32)(day->attempts + way), (u32)contact);
        set_timer(floor, now + day->patience[contact], PATIENCE, contact);
    }
    while (steps[k] <= now - since)
        k++;
    set_timer(floor, since + steps[k], OVERFLOWS, contact);
}

static inline i64 seek_agent(Day *day, Floor *floor, i64 contact, i64 now)
{
    int made = day->status[contact] != NOT_MADE;
    if (!made && !enter(day, floor, contact, now))
        return NONE;
    i64 agent = idle_agent(day, floor, day->queue[contact], now - day->arrival[contact]);
    if (agent < 0) {
        wait_on(day, floor, contact, now);
        return NONE;
    }
    stir(day, floor, agent);
    if (made)
        unlink_item(&floor->waiting, (u32)contact);
    return agent;
}

static inline i64 seek_contact(const Day *day, Floor *floor, i64 agent, i64 now, i64 turn)
{
    i64 group = day->group[agent], contact = next_contact(day, floor, group, now);
    if (contact < 0) {
        floor->idle[agent] = turn;
        floor->idle_number[group]++;
        append(&floor->resting, (u32)(day->agents + group), (u32)agent);
    } else {
        unlink_item(&floor->waiting, (u32)contact);
    }
    return contact;
}

/* Write down who serves a contact; return the tick of the agent's release. */
static inline i64 serve(Day *day, i64 contact, i64 agent, i64 now)
{
    i64 pace = day->pace[day->queue[contact] * day->groups + day->group[agent]];
    i64 talk = day->handle[contact], wrap = day->acw[contact];
    day->status[contact] = SERVED;
    day->wait[contact] = now - day->arrival[contact];
    day->agent[contact] = (int32_t)agent;
    if (pace != 1000) {
        talk = (talk * pace + 500) / 1000;
        wrap = (wrap * pace + 500) / 1000;
    }
    day->talk[contact] = talk;
    day->wrap[contact] = wrap;
    day->busy[agent] += talk + wrap;
    return now + talk + wrap;
}

static inline i64 connect_them(Day *day, Floor *floor, i64 contact, i64 agent, i64 now)
{
    i64 free_at = serve(day, contact, agent, now);
    if (day->lines[day->queue[contact]] < NEVER)
        set_timer(floor, now + day->talk[contact], HANGUP, contact);
    return free_at << BITS | agent;
}

/* Play a timer; return the attempt if it now looks for an agent. */
static inline i64 ring(Day *day, Floor *floor, i64 timer, i64 now)
{
    i64 contact = timer & MASK, kind = timer >> BITS & KINDS;
    pop(floor->timers);
    if (kind == ARRIVAL)
        return contact;
    i64 way = day->queue[contact];
    if (kind == HANGUP) {
        floor->used[way]--;
        return NONE;
    }
    if (day->status[contact] != WAITING)
        return NONE;
    if (kind == OVERFLOWS)
        return contact;
    unlink_item(&floor->waiting, (u32)contact);
    day->status[contact] = ABANDONED;
    day->wait[contact] = now - day->arrival[contact];
    floor->used[way]--;
    follow(day, floor, day->after_abandon, day->abandon_links, contact, now);
    return NONE;
}

static i64 run(Day *day, Floor *floor)
{
    i64 events = 0, next_fresh = 0, next_start = 0, next_end = 0, agents = day->agents;
    i64 arriving = day->fresh > 0 ? day->due[0] : FAR;
    i64 starting = agents > 0 ? day->start[0] : FAR;
    i64 ending = agents > 0 ? day->end[floor->leaver[0]] : FAR;
    for (;;) {
        i64 key = floor->tree.keys[floor->tree.root], timer = floor->timers[1];
        i64 release = key < FAR ? key >> BITS : FAR;
        i64 ringing = timer < FAR ? timer >> (BITS + KIND_BITS) : FAR;
        i64 now = least(least(release, ringing), least(arriving, least(starting, ending)));
        if (now == FAR)
            return events;
        events++;
        i64 contact = NONE, agent = NONE;
        if (release == now) {
            agent = key & MASK;
            if (now >= day->end[agent]) {
                day->left[agent] = now;
                set_key(&floor->tree, agent, FAR);
                get_up(&floor->tree, agent);
                continue;
            }
        } else if (starting == now) {
            agent = next_start++;
            sit_down(&floor->tree, agent);
            starting = next_start < agents ? day->start[next_start] : FAR;
        } else if (ending == now) {
            i64 leaver = floor->leaver[next_end++];
            if (floor->idle[leaver] >= 0) {
                stir(day, floor, leaver);
                get_up(&floor->tree, leaver);
                day->left[leaver] = now;
            }
            ending = next_end < agents ? day->end[floor->leaver[next_end]] : FAR;
            continue;
        } else if (ringing == now && (arriving != now || (timer >> BITS & KINDS) != ARRIVAL)) {
            contact = ring(day, floor, timer, now);
            if (contact < 0)
                continue;
        } else {
            contact = next_fresh++;
            arriving = next_fresh < day->fresh ? day->due[next_fresh] : FAR;
        }
        if (contact >= 0)
            agent = seek_agent(day, floor, contact, now);
        else
            contact = seek_contact(day, floor, agent, now, events);
        if (contact >= 0 && agent >= 0)
            set_key(&floor->tree, agent, connect_them(day, floor, contact, agent, now));
        else if (release == now)
            set_key(&floor->tree, agent, FAR);
    }
}

/* Play a plain day event by event; return the number of events, -1 without memory. */
i64 play_events(Day *day)
{
    Floor floor;
    memset(&floor, 0, sizeof floor);
    i64 events = new_floor(day, &floor) ? run(day, &floor) : -1;
    drop_floor(&floor);
    return events;
}

/* --- one queue without events ----------------------------------------------------------------- */

/*
 * With one queue in order of arrival and one group, what becomes of a contact is known once those
 * before it are settled: it gets whoever is free first, unless its patience ends before. Keys of
 * agents are the tick of being free, then in which way they came to be, then the row. A contact of
 * no length at all, met by an idle agent, leaves the agent free behind whoever was free before.
 */
enum { RELEASED, STARTED, AGAIN, WAY_BITS = 2 };

static i64 line(Day *day, Tree *tree, i64 *redials, i64 *opening)
{
    i64 events = 2 * day->agents, next_fresh = 0, next_start = 0, agents = day->agents;
    i64 arriving = day->fresh > 0 ? day->due[0] : FAR;
    i64 starting = agents > 0 ? day->start[0] : FAR;
    for (;;) {
        i64 redial = redials[1], back = redial < FAR ? redial >> BITS : FAR, contact, now;
        if (arriving <= back) {
            if (arriving == FAR)
                break;
            contact = next_fresh++;
            now = arriving;
            arriving = next_fresh < day->fresh ? day->due[next_fresh] : FAR;
        } else {
            contact = redial & MASK;
            now = back;
            pop(redials);
        }
        events++;
        day->arrival[contact] = now;
        if (!is_open(day, opening, 0, now)) {
            day->status[contact] = CLOSED;
            continue;
        }
        i64 patience = day->patience[contact], until = now + patience < LIMIT ? now + patience : FAR;
        i64 key, free_at, agent, begin;
        for (;;) {
            key = tree->keys[tree->root];
            free_at = key < FAR ? key >> (BITS + WAY_BITS) : FAR;
            if (starting < FAR && starting <= most(now, free_at)) {
                i64 way = STARTED;
                sit_down(tree, next_start);
                set_key(tree, next_start, (starting << WAY_BITS | way) << BITS | next_start);
                next_start++;
                starting = next_start < agents ? day->start[next_start] : FAR;
                continue;
            }
            agent = key & MASK;
            begin = most(now, free_at);
            if (key == FAR || begin < day->end[agent])
                break;
            day->left[agent] = most(free_at, day->end[agent]);
            set_key(tree, agent, FAR);
            get_up(tree, agent);
        }
        events += begin > now && until < FAR;
        if (key < FAR && begin <= until) {
            i64 released = serve(day, contact, agent, begin);
            i64 way = released == now ? AGAIN : RELEASED;
            events++;
            set_key(tree, agent, (released << WAY_BITS | way) << BITS | agent);
        } else if (until < FAR) {
            i64 later = day->abandon_links > 0 ? day->after_abandon[contact] : NONE;
            day->status[contact] = ABANDONED;
            day->wait[contact] = patience;
            if (later >= 0 && until + day->due[later] < LIMIT)
                push(redials, (until + day->due[later]) << BITS | later);
        } else {
            day->status[contact] = WAITING;
        }
    }
    for (i64 k = next_start; k < agents; k++)
        day->left[k] = day->end[k];
    while (tree->keys[tree->root] < FAR) {
        i64 key = tree->keys[tree->root], agent = key & MASK;
        day->left[agent] = most(key >> (BITS + WAY_BITS), day->end[agent]);
        set_key(tree, agent, FAR);
    }
    return events;
}

/* Play a day of one queue and one group, with neither lines nor waits before the group helps. */
i64 play_line(Day *day)
{
    Tree tree;
    memset(&tree, 0, sizeof tree);
    i64 *redials = new_heap(day->attempts), opening = day->open_of[0];
    i64 events = new_tree(&tree, day->agents) && redials ? line(day, &tree, redials, &opening) : -1;
    drop_tree(&tree);
    free(redials);
    return events;
}
