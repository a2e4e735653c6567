import type { Notifications } from '../driver/driver';
import { NETLINK_ROUTE, RTM, RTNLGRP } from '../netlink/constants';
import type { NetlinkMessage } from '../netlink/message';

export const TC_NOTIFICATIONS: Notifications = { family: NETLINK_ROUTE, groups: [RTNLGRP.TC] };

export const TC_MESSAGES: readonly number[] = [RTM.NEWQDISC, RTM.DELQDISC, RTM.NEWTFILTER, RTM.DELTFILTER];

/** Qdiscs and filters of all devices come as one stream: the table is read. */
export const interpretTc = ({ type }: NetlinkMessage): 'unclear' | null =>
  TC_MESSAGES.includes(type) ? 'unclear' : null;
